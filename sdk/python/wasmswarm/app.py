"""Readies Python, and loads the user's file."""

import sys
import time

from . import environ, files, loader, output, phase
from ._wit import vu
from .trace import describe
from .wait import microseconds

#: Between these marks, the driver finds what is wrong with the user's file.
MARK = "\x1ewasmswarm\x1e"


def _sleep(seconds: float) -> None:
    vu.sleep(microseconds(seconds))


def load() -> None:
    """`wasmswarm_source` is written by the driver: which file, where it lies, what it imports late."""
    import wasmswarm_source as source

    time.sleep = _sleep
    environ.install(source.PARAMETERS)
    output.install()
    phase.bar_calls()
    files.load(source)
    try:
        loader.load(source.NAME, source.PATH, source.ROOT, source.LAZY, source.BASE)
        for name in environ.asked():
            files.tell("asked", name)
    except BaseException as error:
        print(f"{MARK}{describe(error)}{MARK}", file=sys.stderr)
        raise SystemExit(1) from None


def ready() -> None:
    """To be called last: what follows is an export call, in a copy of this memory."""
    phase.begin()
    environ.set_aside()
    files.begin()
    output.begin()
