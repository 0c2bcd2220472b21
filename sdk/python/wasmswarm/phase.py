"""Whether the top level runs, or has run. While it runs there is no host to call."""

from __future__ import annotations

from inspect import isroutine
from typing import Any, NoReturn

from . import _wit
from .errors import LocustError

#: Whether the top level has run: what follows is an export call.
running = False

_INTERFACES = {
    "checks": "check",
    "cookies": "cookies of a session",
    "data": "data sets",
    "http": "requests",
    "metrics": "metrics",
    "params": "parameters",
    "shared": "shared state",
    "vu": "the virtual user",
}
#: Where the other functions in the modules of bindings come from.
_NOT_OURS = ("abc", "dataclasses", "enum", "typing")
_kept: list[tuple[Any, str, Any]] = []


def bar_calls() -> None:
    """Until `begin`, each of the host's functions says that it is too early."""
    for interface, what in _INTERFACES.items():
        module = getattr(_wit, interface)
        for name, function in list(vars(module).items()):
            if isroutine(function) and getattr(function, "__module__", "") not in _NOT_OURS:
                _kept.append((module, name, function))
                setattr(module, name, _too_early(what))


def begin() -> None:
    """The component is as good as made: from here on the host's functions are there."""
    global running
    running = True
    for module, name, function in _kept:
        setattr(module, name, function)


def _too_early(what: str) -> Any:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise LocustError(
            f"{what} can't be used at the top level of the file, which runs when the component is "
            "made: use them in on_start, in a task or in @events.test_start"
        )

    return refuse
