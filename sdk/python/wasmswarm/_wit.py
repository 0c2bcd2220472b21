"""The contract's bindings. componentize-py makes them; outside of a component there are none."""

from __future__ import annotations

from typing import Any

try:
    import componentize_py_types
    from componentize_py_types import Err
    from wit_world.exports import scenario as exported
    from wit_world.imports import checks, cookies, data, http, log, metrics, params, shared, vu
except ImportError as error:
    raise ImportError("this is a load scenario: start it with `wasmswarm run FILE`") from error


class Ok:
    """A result that is no error. It takes the place of the generator's class, which is slow to make."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


# Before the generator looks it up, which it does at the end of the build.
componentize_py_types.Ok = Ok

__all__ = [
    "Err",
    "Ok",
    "checks",
    "cookies",
    "data",
    "exported",
    "http",
    "log",
    "metrics",
    "params",
    "shared",
    "vu",
]
