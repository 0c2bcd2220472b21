"""Load as code: how many users are to run, asked once a second."""

from __future__ import annotations

from typing import Any

from ._wit import exported
from .errors import LocustError


class LoadTestShape:
    """Override `tick`. The host asks it; the users follow."""

    abstract = True
    use_common_options = False
    runner: Any = None

    def __init__(self) -> None:
        self._elapsed = 0.0
        self._begun = 0.0
        self._users = 0

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "abstract" not in cls.__dict__:
            cls.abstract = False

    def tick(self) -> Any:
        """Users and users started per second, maybe the classes that they are of; None ends the run."""
        raise NotImplementedError("tick")

    def reset_time(self) -> None:
        """Begins to count the run time anew."""
        self._begun = self._elapsed

    def get_run_time(self) -> float:
        """Seconds since the run began."""
        return self._elapsed - self._begun

    def get_current_user_count(self) -> int:
        """How many users run now."""
        return self._users

    def target(self, elapsed: int, users: int) -> Any:
        """What the host is to do."""
        self._elapsed = elapsed / 1_000_000
        self._users = users
        answer = self.tick()
        if answer is None:
            return exported.LoadTarget_Stop()
        if isinstance(answer, Rate):
            return exported.LoadTarget_Rate(float(answer.per_second))
        if not 2 <= len(answer) <= 3:
            raise LocustError("tick() must return (users, spawn_rate), with classes, or None")
        classes = [c if isinstance(c, str) else c.__name__ for c in (*answer[2:], ())[0] or []]
        target = exported.UsersTarget(max(0, round(answer[0])), float(answer[1]), classes)
        return exported.LoadTarget_Users(target)


class Rate:
    """Return this from `tick`: this many iterations started per second, whoever is free."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
