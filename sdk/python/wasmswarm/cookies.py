"""Cookies that a locustfile looks at or sets itself.

The host keeps each user's cookies and sends them, so mostly there is nothing to do. Only a file that
mentions `cookies` pays for following them here; then these are sent instead of the host's.
"""

from __future__ import annotations

from typing import Any

#: Whether the user's code mentions cookies at all; set by the loader.
mentioned = False


class Cookies(dict[str, str]):
    """Names and values of one user's cookies, for all URLs."""

    def __init__(self) -> None:
        super().__init__()
        self.in_use = mentioned

    def set(self, name: str, value: str | None, **_scope: Any) -> None:
        """Sets one, or removes it if the value is None. Domain and path are ignored."""
        if value is None:
            self.pop(name, None)
        else:
            self[name] = value

    def get_dict(self, **_scope: Any) -> dict[str, str]:
        """A copy."""
        return dict(self)

    def take(self, response: Any) -> None:
        """Takes over what a response sets."""
        for name, value in response.cookies.items():
            self[name] = value

    def header(self, more: Any) -> str:
        """The `Cookie` header with these and some more; empty if the host is to send its own."""
        if not self.in_use or not (self or more):
            return ""
        pairs = {**self, **dict(more or {})}
        return "; ".join(f"{name}={value}" for name, value in pairs.items())
