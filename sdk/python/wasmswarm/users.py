"""The kinds of users that a locustfile can declare. Each class is a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._wit import vu
from .errors import MissingWaitTimeError
from .session import FastHttpSession, HttpSession
from .tasks import gather

if TYPE_CHECKING:
    from .environment import Environment


class UserMeta(type):
    """Gathers the tasks of a class."""

    def __new__(mcs, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> Any:
        members["tasks"] = gather(bases, members)
        members.setdefault("abstract", False)
        return super().__new__(mcs, name, bases, members)


class User(metaclass=UserMeta):
    """A user without a client of its own. One instance is one virtual user's memory."""

    #: Gathered from the methods with `@task`; may also be given as a list or dictionary.
    tasks: list[Any] = []
    #: The pause between two tasks: `between(1, 5)`, or a method that returns seconds.
    wait_time: Any = None
    #: This class's share of the users.
    weight: float = 1
    #: Exactly this many users, whatever the weights.
    fixed_count: int = 0
    #: The server, unless the operator names one with `--host`.
    host: str | None = None
    #: A class to inherit from, not to run.
    abstract = True
    #: `sequential`: tasks run in their order instead of by weight.
    order: Literal["random", "sequential"] = "random"

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        if self.host is None:
            self.host = ""  # so that `self.host + "/path"` goes to the run's host

    def on_start(self) -> None:
        """Called when the user begins."""

    def on_stop(self) -> None:
        """Called when the user ends."""

    @classmethod
    def setup_scenario(cls) -> Any:
        """Runs once before the run's users; `wasmswarm.scenario_data()` is what it returned."""

    @classmethod
    def teardown_scenario(cls) -> None:
        """Runs once after the run's users."""

    def context(self) -> dict[str, Any]:
        """What listeners to `events.request` get as `context`."""
        return {}

    def wait(self) -> None:
        """Pauses for the wait time, inside of the task."""
        if self.wait_time is None:
            raise MissingWaitTimeError(f"{type(self).__name__} has no wait_time")
        vu.sleep(round(self.wait_time() * 1_000_000))

    def stop(self, force: bool = False) -> None:
        """Ends this user after the running task."""
        vu.stop()


class HttpUser(User):
    """A user with an HTTP client that works like `requests`."""

    abstract = True
    #: Seconds, for requests that don't say otherwise.
    default_timeout: float | None = None

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.client = HttpSession(
            self.host or "", user=self, timeout=self.default_timeout, jar=0
        )

    def rest(self, method: str, url: str, **options: Any) -> Any:
        """Sends and expects JSON, in a `with` block; `response.js` is the parsed body."""
        return self.client.rest(method, url, **options)

    def rest_(self, method: str, url: str, name: str | None = None, **options: Any) -> Any:
        """As `rest`, with a parameter `_` that the results don't show."""
        return self.client.rest_(method, url, name=name, **options)


class FastHttpUser(HttpUser):
    """The same: both are equally fast here."""

    abstract = True
    #: Seconds for a whole exchange; connecting has the run's own limit.
    network_timeout: float | None = None
    connection_timeout: float | None = None
    default_headers: dict[str, str] | None = None

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.client = FastHttpSession(
            self.host or "", user=self, timeout=self.network_timeout, jar=0
        )
        self.client.headers.update(self.default_headers or {})
