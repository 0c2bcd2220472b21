"""Running one user under a debugger, which is another program's work."""

from typing import Any


def run_single_user(*_arguments: Any, **_options: Any) -> None:
    """Nothing: the file is run by `wasmswarm run FILE -u 1 --iterations 1`."""
