"""How long a user pauses between two tasks.

The built-in wait times are carried out by the host, outside of the guest. They can be called too,
by task sets that have a wait time of their own and by `self.wait()`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ._wit import exported, vu

MICROSECONDS = 1_000_000


def microseconds(seconds: float) -> int:
    """Seconds as the contract counts them; never below 0."""
    return max(0, round(seconds * MICROSECONDS))


class WaitTime:
    """A wait time that the host knows. As a class attribute it is called like a method."""

    def __init__(self, on_host: Any, seconds: Callable[[Any], float]) -> None:
        self.on_host = on_host
        self._seconds = seconds

    def __get__(self, owner: Any, _class: Any = None) -> Any:
        return self if owner is None else lambda: self._seconds(owner)

    def __call__(self, owner: Any = None) -> float:
        return self._seconds(owner)


def constant(wait_time: float) -> WaitTime:
    """Always the same."""
    return WaitTime(exported.WaitTime_Constant(microseconds(wait_time)), lambda _: wait_time)


def between(min_wait: float, max_wait: float) -> WaitTime:
    """Evenly distributed between two bounds."""
    bounds = (microseconds(min_wait), microseconds(max_wait))
    if bounds[0] > bounds[1]:
        raise ValueError(f"between({min_wait}, {max_wait}): the first bound is above the second")
    return WaitTime(exported.WaitTime_Uniform(bounds), lambda _: random.uniform(min_wait, max_wait))


def constant_pacing(wait_time: float) -> WaitTime:
    """Tasks start at least this far apart."""
    return WaitTime(
        exported.WaitTime_Pacing(microseconds(wait_time)),
        lambda owner: _until_next_start(owner, wait_time),
    )


def constant_throughput(task_runs_per_second: float) -> WaitTime:
    """At most this many tasks per second and user."""
    if task_runs_per_second <= 0:
        raise ValueError("constant_throughput: must be above 0")
    return WaitTime(
        exported.WaitTime_Throughput(float(task_runs_per_second)),
        lambda owner: _until_next_start(owner, 1 / task_runs_per_second),
    )


def poisson(task_runs_per_second: float) -> WaitTime:
    """Exponentially distributed, with on average this many pauses per second."""
    if task_runs_per_second <= 0:
        raise ValueError("poisson: must be above 0")
    return WaitTime(
        exported.WaitTime_Exponential(microseconds(1 / task_runs_per_second)),
        lambda _: random.expovariate(task_runs_per_second),
    )


def _until_next_start(owner: Any, interval: float) -> float:
    """What is left of the interval since the last start. Starts are kept at the user or task set."""
    now = vu.now() / MICROSECONDS
    started = getattr(owner, "_last_start", now)
    left = max(0.0, started + interval - now)
    owner._last_start = now + left
    return left
