"""Where the component starts: readies Python, loads the user's file, and exports it."""

import sys
import time

from . import environ, loader, output, phase, preload, settle  # noqa: F401
from ._wit import vu
from .trace import describe
from .wait import microseconds

#: Between these marks, the driver finds what is wrong with the user's file.
MARK = "\x1ewasmswarm\x1e"


def _sleep(seconds: float) -> None:
    vu.sleep(microseconds(seconds))


def _load() -> None:
    """`wasmswarm_source` is written by the driver: which file, where it lies, what it imports late."""
    import wasmswarm_source as source

    time.sleep = _sleep
    environ.install()
    output.install()
    phase.bar_calls()
    try:
        loader.load(source.NAME, source.PATH, source.ROOT, source.LAZY)
    except BaseException as error:
        print(f"{MARK}{describe(error)}{MARK}", file=sys.stderr)
        raise SystemExit(1) from None


_load()

from .exports import Scenario  # noqa: E402, F401
from .warm import warm  # noqa: E402

warm()

settle.settle()
