"""Lines in the run's log. `logging` and `print` write there too."""

from __future__ import annotations

from ._wit import log as host


def debug(message: object) -> None:
    """For the file's author; shown with `--verbose`."""
    host.write(host.Level.DEBUG, str(message))


def info(message: object) -> None:
    """Worth knowing."""
    host.write(host.Level.INFO, str(message))


def warn(message: object) -> None:
    """Something looks wrong."""
    host.write(host.Level.WARN, str(message))


def error(message: object) -> None:
    """Something is wrong."""
    host.write(host.Level.ERROR, str(message))
