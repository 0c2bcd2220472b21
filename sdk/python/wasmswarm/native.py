"""What wasmswarm has beside Locust: setup and teardown, options, and the rest of the run's data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ._wit import vu

T = TypeVar("T", bound=Callable[..., Any])


class Setups:
    """What the file registered, and what came of it."""

    def __init__(self) -> None:
        self.about = ""
        self.options: dict[str, Any] = {}
        self.setup: Callable[[], Any] | None = None
        self.teardown: Callable[[], Any] | None = None
        self.data: Any = None
        self.scenario_data: Any = None


setups = Setups()


def configure(about: str = "", **options: Any) -> None:
    """A text for people, and the run that the author suggests: `configure(users=50, run_time="1m")`.

    The options are the keys of the configuration file. The operator's own outrank them.
    """
    setups.about = about or setups.about
    setups.options.update(options)


def setup(function: T) -> T:
    """Runs once, before any user; `setup_data()` is what it returned."""
    setups.setup = function
    return function


def teardown(function: T) -> T:
    """Runs once, after the last user."""
    setups.teardown = function
    return function


def setup_data() -> Any:
    """What the function with `@setup` returned; a copy for each user."""
    return setups.data


def scenario_data() -> Any:
    """What `setup_scenario` of this user's class returned; a copy for each user."""
    return setups.scenario_data


def abort(reason: str) -> None:
    """Ends the whole run, in an orderly way and with a report."""
    vu.abort(reason)
