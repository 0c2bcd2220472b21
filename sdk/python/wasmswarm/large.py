"""Large bodies that the top level made: each crosses the border once, however often it is sent.

What the top level made lives as long as the user, so it is known by its address. Other bodies may be
gone, and others be in their place, by the next request.
"""

from __future__ import annotations

import sys
from typing import Any

from ._wit import Err, http
from .errors import LocustError

#: Smaller ones aren't worth the call.
LEAST = 32 * 1024

_lives_on = getattr(sys, "_is_immortal", lambda _: False)
#: Numbers of bodies that were handed over, by their address; None: the host has no room for it.
_numbers: dict[int, int | None] = {}
#: Texts as bytes, which live on from then.
_encoded: dict[int, bytes] = {}


def encoded(text: str) -> bytes:
    """The text as bytes; the same ones each time, if the top level made it."""
    if len(text) < LEAST or not _lives_on(text):
        return text.encode()
    found = _encoded.get(id(text))
    if found is None:
        found = _encoded[id(text)] = text.encode()
    return found


def send(made: Any) -> Any:
    """Sends a request with a large body."""
    number = _number(made.body)
    if number is None:
        _make_room(len(made.body))
        return http.send(made)
    body, made.body = made.body, b""
    try:
        return http.send_shared(made, number)
    finally:
        made.body = body


def _number(body: bytes) -> int | None:
    key = id(body)
    if key not in _numbers:
        if not (_lives_on(body) or any(body is known for known in _encoded.values())):
            return None
        _make_room(len(body))
        try:
            _numbers[key] = http.share_body(body)
        except Err:
            _numbers[key] = None
    return _numbers[key]


def _make_room(size: int) -> None:
    """A body is copied on its way to the host. Where there is no room for that, the user would crash."""
    try:
        bytearray(size + LEAST)
    except MemoryError:
        raise LocustError(
            f"a body of {size} bytes doesn't fit into this user's memory beside what is there already: "
            "the operator raises it with --vu-memory"
        ) from None
