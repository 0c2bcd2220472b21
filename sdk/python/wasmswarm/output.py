"""`print` and `logging`, which write to the run's log."""

from __future__ import annotations

import io
import logging
import sys

from ._wit import log

_LEVELS = (
    (logging.ERROR, log.Level.ERROR),
    (logging.WARNING, log.Level.WARN),
    (logging.INFO, log.Level.INFO),
)


class LogHandler(logging.Handler):
    """Writes records to the run's log."""

    def emit(self, record: logging.LogRecord) -> None:
        fitting = (on_host for level, on_host in _LEVELS if record.levelno >= level)
        log.write(next(fitting, log.Level.DEBUG), self.format(record))


class LogStream(io.TextIOBase):
    """Writes each whole line to the run's log."""

    def __init__(self, level: log.Level) -> None:
        self._level = level
        self._rest = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            log.write(self._level, line)
        return len(text)


def install() -> None:
    """From here on messages of `logging` have nowhere else to go."""
    root = logging.getLogger()
    root.addHandler(LogHandler())
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False


def begin() -> None:
    """Standard output goes nowhere in a run, so what is printed becomes log lines."""
    sys.stdout = LogStream(log.Level.INFO)
    sys.stderr = LogStream(log.Level.WARN)
