"""What follows a task, as the contract says it."""

from __future__ import annotations

from typing import Any

from ._wit import exported
from .caching import keep_from_cache
from .wait import microseconds

_SCHEDULED = exported.NextTask_Scheduled()
_AS_SCHEDULED = exported.NextWait_Scheduled()

#: The host picks the next task, and pauses as the scenario says.
SCHEDULED = exported.Outcome(_SCHEDULED, _AS_SCHEDULED)
#: The host picks the next task, which begins at once.
AT_ONCE = exported.Outcome(_SCHEDULED, exported.NextWait_Exactly(0))
#: This user ends.
STOP = exported.Outcome(exported.NextTask_Stop(), _AS_SCHEDULED)


class Outcome:
    """What a task may return: which task is next, and how long to pause before it."""

    __slots__ = ("task", "wait")

    def __init__(self, task: Any = None, wait: float | None = None) -> None:
        self.task = task
        self.wait = wait


def next_task(task: Any = None, wait: float | None = None) -> Outcome:
    """Return this from a task: its name or method is the next task, after this pause in seconds."""
    return Outcome(task, wait)


def outcome(task: int | None, wait: float | None) -> Any:
    """The outcome in the contract's terms. None: as scheduled."""
    return exported.Outcome(
        _SCHEDULED if task is None else exported.NextTask_Task(task),
        _AS_SCHEDULED if wait is None else exported.NextWait_Exactly(microseconds(wait)),
    )


keep_from_cache(exported.Outcome)
