"""Requests as the contract's generator reads them.

It looks every field up by name, and that is fastest in a slot or in the class. So a request that
only has a URL and a name has slots for just these, and a class per method holds the rest.
"""

from __future__ import annotations

from typing import Any

from ._wit import http
from .caching import keep_from_cache


class _Keep:
    """A case of `keep-policy`: cheaper to read than an `Enum`."""

    __slots__ = ("value",)

    def __init__(self, value: int) -> None:
        self.value = value


KEEP_ALL = _Keep(0)
KEEP_NOTHING = _Keep(1)
INHERIT = http.RedirectPolicy_Inherit()
NO_REDIRECTS = http.RedirectPolicy_None_()
NONE: list[Any] = []


class Plain:
    """A request with nothing but a URL and a name."""

    __slots__ = ("url", "name")

    method = "GET"
    headers = NONE
    body = b""
    tags = NONE
    timeout = 0
    redirects = INHERIT
    expected = NONE
    keep = KEEP_ALL
    after = None
    own_cookies = False

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.name = name


def plain_class(method: str) -> type[Plain]:
    """The class of plain requests with this method."""
    return type(f"Plain{method.title()}", (Plain,), {"__slots__": (), "method": method})


PLAIN = {method: plain_class(method) for method in ("GET", "HEAD", "OPTIONS", "DELETE")}


class Request:
    """A request with all of its fields, which start at the host's defaults."""

    __slots__ = (
        "method",
        "url",
        "headers",
        "body",
        "name",
        "tags",
        "timeout",
        "redirects",
        "expected",
        "keep",
        "after",
        "own_cookies",
    )

    def __init__(self, method: str, url: str, name: str) -> None:
        self.method = method
        self.url = url
        self.headers: list[tuple[str, str]] = NONE
        self.body = b""
        self.name = name
        self.tags: list[tuple[str, str]] = NONE
        self.timeout = 0
        self.redirects: Any = INHERIT
        self.expected: list[tuple[int, int]] = NONE
        self.keep = KEEP_ALL
        #: What is left to do with the response; not of the contract.
        self.after: Any = None
        #: Whether the user's headers have cookies.
        self.own_cookies = False


for _record in (Plain, Request):
    keep_from_cache(_record)
