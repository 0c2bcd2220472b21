"""The contract's bindings. componentize-py makes them; outside of a component there are none."""

try:
    from componentize_py_types import Err, Ok
    from wit_world.exports import scenario as exported
    from wit_world.imports import checks, data, http, log, metrics, params, shared, vu
except ImportError as error:
    raise ImportError("this is a load scenario: start it with `wasmswarm run FILE`") from error

__all__ = [
    "Err",
    "Ok",
    "checks",
    "data",
    "exported",
    "http",
    "log",
    "metrics",
    "params",
    "shared",
    "vu",
]
