"""Events that a locustfile can listen to, and why it can't listen to the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from ._wit import metrics
from .errors import Unsupported
from .trace import last_line

_THRESHOLDS = (
    "pass or fail by thresholds: `wasmswarm run --threshold ...` or "
    "`wasmswarm.configure(thresholds=[...])`"
)
_MESSAGES = "users share state through `wasmswarm.shared`, on all machines"

#: Events of Locust that there are none of here, with what to use instead.
UNSUPPORTED = {
    "quitting": _THRESHOLDS,
    "quit": _THRESHOLDS,
    "spawning_complete": "use @events.test_start.add_listener, or `wasmswarm.vu.now()` in a task",
    "reset_stats": "the results cover the whole run",
    "report_to_master": _MESSAGES,
    "worker_report": _MESSAGES,
    "worker_connect": _MESSAGES,
    "heartbeat_sent": "the host watches its machines",
    "heartbeat_received": "the host watches its machines",
    "cpu_warning": "the host watches its own load and says so in the report",
    "usage_monitor": "the host watches its own load and says so in the report",
}


class EventHook:
    """A list of functions that are called with keyword arguments."""

    def __init__(self) -> None:
        self.listeners: list[Callable[..., Any]] = []

    def add_listener(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """Calls this function from now on; also a decorator."""
        self.listeners.append(handler)
        return handler

    def remove_listener(self, handler: Callable[..., Any]) -> None:
        """Calls it no more."""
        self.listeners.remove(handler)

    def fire(self, *, reverse: bool = False, **arguments: Any) -> None:
        """Calls all of them."""
        for handler in reversed(self.listeners) if reverse else list(self.listeners):
            handler(**arguments)


class RequestHook(EventHook):
    """Listened to: every request of this user. Fired by the user's code: a request of another protocol."""

    def fire(self, *, reverse: bool = False, **arguments: Any) -> None:
        """Records an exchange in another protocol, then tells the listeners."""
        record_request(**arguments)
        super().fire(reverse=reverse, **_completed(arguments))

    @contextmanager
    def measure(self, request_type: str, name: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Records what the block takes, and whether it raises, as a request."""
        meta = {"request_type": request_type, "name": name, "response_length": 0, **arguments}
        begun = time.perf_counter()
        try:
            yield meta
        except Exception as error:
            meta["exception"] = error
        self.fire(response_time=(time.perf_counter() - begun) * 1000, **meta)


def record_request(
    request_type: str,
    name: str,
    response_time: float | None = 0,
    response_length: int | None = 0,
    exception: Any = None,
    **_others: Any,
) -> None:
    """Records an exchange in another protocol; the time in milliseconds."""
    error = ""
    if exception is not None:
        error = last_line(exception) if isinstance(exception, BaseException) else str(exception)
    duration = max(0, round((response_time or 0) * 1000))
    metrics.record_request(request_type, name, duration, int(response_length or 0), error)


def _completed(arguments: dict[str, Any]) -> dict[str, Any]:
    """With what listeners may expect beside the given."""
    return {"response": None, "context": {}, "exception": None, "response_length": 0, **arguments}


class Events:
    """All events. One that isn't supported says so when it is named."""

    def __init__(self) -> None:
        self.init = EventHook()
        self.init_command_line_parser = EventHook()
        self.test_start = EventHook()
        self.test_stopping = EventHook()
        self.test_stop = EventHook()
        self.request = RequestHook()
        self.user_error = EventHook()

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        instead = UNSUPPORTED.get(name, "see the SDK's README for the events that there are")
        raise Unsupported(f"events.{name} isn't supported: {instead}")


events = Events()


def fire_request(user: Any, made: Any, response: Any, context: Any) -> None:
    """Tells the listeners about a request that the host has recorded."""
    error = getattr(response, "error", None)
    if error is None and not response.ok:
        error = _status_error(response)
    EventHook.fire(
        events.request,
        request_type=made.method,
        name=made.name or made.url.partition("?")[0],
        response_time=response._duration / 1000,
        response_length=len(response.content),
        response=response,
        context={**(user.context() if user else {}), **(context or {})},
        exception=error,
        start_time=time.time() - response._duration / 1_000_000,
        url=made.url,
    )


def _status_error(response: Any) -> Exception:
    try:
        response.raise_for_status()
    except Exception as error:
        return error
    return ValueError(f"unexpected status {response.status_code}")
