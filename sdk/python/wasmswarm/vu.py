"""The virtual user that runs this code."""

from __future__ import annotations

from typing import Any

from ._wit import vu as host
from .wait import microseconds


def current() -> Any:
    """Who is running: `id`, `scenario`, `scenario_index`, `iteration`, `iteration_index`."""
    return host.current()


def id() -> int:
    """The number of this user in the run, from 1."""
    return host.current().id


def iteration() -> int:
    """How many iterations this user has begun, the running one included."""
    return host.current().iteration


def set_tag(key: str, value: str) -> None:
    """A tag on everything that this user records from now on; an empty value removes it."""
    host.set_tag(key, value)


def sleep(seconds: float) -> None:
    """Pauses within the task; `time.sleep` does the same. At most one hour."""
    host.sleep(microseconds(seconds))


def stop() -> None:
    """Ends this user after the running task; it is not replaced."""
    host.stop()


def random() -> int:
    """64 random bits from this user's generator, which the run's seed determines."""
    return host.random()


def now() -> float:
    """Seconds since the run began, from a clock that never jumps."""
    return host.now() / 1_000_000
