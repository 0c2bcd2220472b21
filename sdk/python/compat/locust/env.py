"""The environment, under the name that it has in Locust, for annotations and for asking what it is."""

from typing import Any

from wasmswarm import Unsupported
from wasmswarm.environment import Environment as _Environment


class Environment(_Environment):
    """The run's own is given to users and listeners; a file can't make one."""

    def __new__(cls, *_arguments: Any, **_options: Any) -> Any:
        raise Unsupported(
            "Environment() isn't supported: start the file with `wasmswarm run FILE`; the host is the "
            "runner"
        )


__all__ = ["Environment"]
