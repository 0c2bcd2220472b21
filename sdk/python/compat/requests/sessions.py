"""Sessions of one's own beside `self.client`. Their requests are measured too."""

from __future__ import annotations

from typing import Any

from wasmswarm.response import Response
from wasmswarm.session import HttpSession

from .models import PreparedRequest, Request


class Session(HttpSession):
    """A session with cookies of its own, that raises where there was no response."""

    def _send(self, made: Any, context: Any = None) -> Response:
        response = super()._send(made, context)
        if not response.status_code:
            raise response.error
        return response


def session() -> Session:
    """A session."""
    return Session()


__all__ = ["PreparedRequest", "Request", "Session", "session"]
