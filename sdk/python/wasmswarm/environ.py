"""Environment variables, which are the run's parameters here: `-e NAME=value`."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from typing import Any

from . import phase
from ._wit import params
from .errors import LocustError

#: Names that the top level asked for, with what it found: nothing.
_asked: set[str] = set()


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
            _asked.add(name)
        raise KeyError(name)

    def __setitem__(self, name: str, value: str) -> None:
        self._set[name] = value

    def __delitem__(self, name: str) -> None:
        del self._set[name]

    def _names(self) -> list[str]:
        passed = [name for name, _ in params.all()] if phase.running else []
        return [*dict.fromkeys([*self._set, *passed])]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def copy(self) -> dict[str, str]:
        return dict(self)


_environ = Environ()


def install() -> None:
    """Puts it in the place of the real one, of which nothing is visible to a plugin."""
    os.environ = _environ  # type: ignore[assignment]  # noqa: B003

    def getenv(key: str, default: Any = None) -> Any:
        return _environ.get(key, default)

    os.getenv = getenv  # type: ignore[assignment]


def set_aside() -> None:
    """Until `begin`: the generator empties `os.environ` at the end of the build, when there is no host."""
    os.environ = {}  # type: ignore[assignment]  # noqa: B003


def begin() -> None:
    """Once per instance. Refuses a parameter that the top level has already done without."""
    os.environ = _environ  # type: ignore[assignment]  # noqa: B003
    for name in sorted(_asked):
        if params.get(name) is not None:
            raise LocustError(
                f"-e {name}=... comes too late: the file reads {name} at its top level, which ran "
                "when the component was made; read it in on_start or in @events.test_start"
            )
