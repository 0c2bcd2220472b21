"""Environment variables, which are the run's parameters here: `-e NAME=value`."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from typing import Any

from . import phase
from ._wit import params
from .errors import LocustError

#: Names that the top level asked for, with what it found when the component was made. An empty name: all.
_asked: dict[str, str | None] = {}
#: What the operator passed when the component was made.
_at_build: dict[str, str] = {}


class Environ(MutableMapping[str, str]):
    """`os.environ`: the run's parameters, and what the file sets itself."""

    def __init__(self) -> None:
        self._set: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name in self._set:
            return self._set[name]
        if phase.running:
            value = params.get(name)
            if value is not None:
                return value
        else:
            _asked[name] = _at_build.get(name)
            if name in _at_build:
                return _at_build[name]
        raise KeyError(name)

    def __setitem__(self, name: str, value: str) -> None:
        self._set[name] = value

    def __delitem__(self, name: str) -> None:
        del self._set[name]

    def _names(self) -> list[str]:
        if phase.running:
            passed = [name for name, _ in params.all()]
        else:
            _asked[""] = None
            passed = list(_at_build)
        return [*dict.fromkeys([*self._set, *passed])]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def copy(self) -> dict[str, str]:
        return dict(self)


_environ = Environ()


def install(parameters: dict[str, str] | None = None) -> None:
    """Puts it in the place of the real one, of which nothing is visible to a plugin.

    `parameters`: what the operator passed when the component was made.
    """
    _at_build.update(parameters or {})
    os.environ = _environ  # type: ignore[assignment]  # noqa: B003

    def getenv(key: str, default: Any = None) -> Any:
        return _environ.get(key, default)

    os.getenv = getenv  # type: ignore[assignment]


def set_aside() -> None:
    """Until `begin`: the generator empties `os.environ` at the end of the build, when there is no host."""
    os.environ = {}  # type: ignore[assignment]  # noqa: B003


def asked() -> list[str]:
    """What the top level asked for: with another value it would be another component."""
    _at_build.clear()
    return list(_asked)


def begin() -> None:
    """Once per instance. Refuses a parameter that the top level found to have another value."""
    os.environ = _environ  # type: ignore[assignment]  # noqa: B003
    for name in sorted(filter(None, _asked)):
        value = params.get(name)
        if value is not None and value != _asked[name]:
            raise LocustError(
                f"-e {name}=... comes too late: the file reads {name} at its top level, which ran "
                "when the component was made; pass it to `build` too, or read it in on_start or in "
                "@events.test_start"
            )
