"""Groups of requests that are sent at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from . import Greenlet, joinall


class Group:
    """Requests that are sent when the group is waited for."""

    def __init__(self, *_: Any) -> None:
        self.greenlets: list[Greenlet] = []

    def spawn(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Greenlet:
        """One more request."""
        greenlet = Greenlet(function, *args, **kwargs)
        self.greenlets.append(greenlet)
        return greenlet

    def map(self, function: Callable[..., Any], arguments: Iterable[Any]) -> list[Any]:
        """One request per argument, at once; their responses."""
        greenlets = [Greenlet(function, argument) for argument in arguments]
        joinall(greenlets)
        return [greenlet.value for greenlet in greenlets]

    def join(self, timeout: float | None = None) -> None:
        """Sends all that are waiting."""
        joinall(self.greenlets)
        self.greenlets.clear()


class Pool(Group):
    """The same: at most 64 are sent at once."""

    def __init__(self, size: int | None = None, *_: Any) -> None:
        super().__init__()
        self.size = size
