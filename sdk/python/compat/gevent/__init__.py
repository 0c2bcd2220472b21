"""The part of gevent that locustfiles use: sleeping, and sending several requests at once.

There are no greenlets: one user does one thing at a time. But requests of `self.client` that are
spawned together are sent together, when they are waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from wasmswarm import Unsupported
from wasmswarm.session import HttpSession

_METHODS = {"get", "post", "put", "patch", "delete", "head", "options", "request"}


class Greenlet:
    """A request that is sent when it is waited for."""

    def __init__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.session = getattr(function, "__self__", None)
        name = getattr(function, "__name__", repr(function))
        if not isinstance(self.session, HttpSession) or name not in _METHODS:
            raise Unsupported(
                f"gevent.spawn({name}): only methods of self.client can run at once; call the "
                "function itself, or use self.client.parallel"
            )
        if kwargs.pop("catch_response", False):
            raise Unsupported("gevent.spawn: catch_response needs a `with` block of its own")
        method = [] if name == "request" else [name.upper()]
        self.prepared = self.session.prepare(*method, *args, **kwargs)
        self.value: Any = None
        self.is_sent = False

    def join(self, timeout: float | None = None) -> None:
        """Sends it, unless it was sent."""
        joinall([self])

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The response."""
        joinall([self])
        return self.value

    @property
    def successful(self) -> Callable[[], bool]:
        return lambda: self.is_sent


def spawn(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Greenlet:
    """A request that is sent when it is waited for."""
    return Greenlet(function, *args, **kwargs)


def joinall(greenlets: Iterable[Greenlet], *_: Any, **__: Any) -> list[Greenlet]:
    """Sends all of them at once, and waits for all."""
    waiting = [greenlet for greenlet in greenlets if not greenlet.is_sent]
    for at in range(0, len(waiting), 64):
        batch = waiting[at : at + 64]
        responses = batch[0].session.parallel(*[greenlet.prepared for greenlet in batch])
        for greenlet, response in zip(batch, responses, strict=True):
            greenlet.value, greenlet.is_sent = response, True
    return waiting


def sleep(seconds: float = 0, ref: bool = True) -> None:
    """Pauses this user."""
    time.sleep(seconds)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise Unsupported(f"gevent.{name} isn't supported: one user does one thing at a time")
