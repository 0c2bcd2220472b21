"""What a response's headers say of its text, as `requests` reads them."""

from __future__ import annotations

import re
from typing import Any


def named(content_type: str) -> str | None:
    """The character set of a `Content-Type` header."""
    if not content_type:
        return None
    kind, *parameters = content_type.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip(" '\"").lower() == "charset":
            return value.strip(" '\"")
    if "text" in kind:
        return "ISO-8859-1"
    return "utf-8" if "application/json" in content_type else None


def apparent(content: bytes) -> str:
    """What the bytes look like."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\0\0", "utf-32"),
        (b"\0\0\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return name
    if content.isascii():
        return "ascii"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "ISO-8859-1"
    return "utf-8"


def links(value: str) -> list[dict[str, str]]:
    """The links of a `Link` header, each with its parameters."""
    found: list[dict[str, str]] = []
    value = value.strip(" '\"")
    for part in re.split(", *<", value) if value else []:
        url, _, parameters = part.partition(";")
        link = {"url": url.strip("<> '\"")}
        for parameter in parameters.split(";"):
            key, mark, text = parameter.partition("=")
            if not mark:
                break
            link[key.strip(" '\"")] = text.strip(" '\"")
        found.append(link)
    return found


def decoded(pieces: Any, encoding: str | None) -> Any:
    """Pieces of a body as text."""
    import codecs

    if encoding is None:
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for piece in pieces:
        text = decoder.decode(piece)
        if text:
            yield text
    rest = decoder.decode(b"", final=True)
    if rest:
        yield rest
