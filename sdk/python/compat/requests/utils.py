"""Helpers of `requests` that scripts use by themselves."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote, urlparse, urlsplit, urlunparse

from wasmswarm import encoding
from wasmswarm.headers import CaseInsensitiveDict
from wasmswarm.sent import HOSTS_OWN

from .cookies import cookiejar_from_dict

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def default_user_agent(name: str = "") -> str:
    """What the host sends."""
    return HOSTS_OWN["User-Agent"]


def default_headers() -> CaseInsensitiveDict:
    """What the host adds."""
    return CaseInsensitiveDict(HOSTS_OWN)


def dict_from_cookiejar(cj: Any) -> dict[str, str]:
    """Names and values."""
    return cj.get_dict() if hasattr(cj, "get_dict") else {one.name: one.value for one in cj}


def add_dict_to_cookiejar(cj: Any, cookie_dict: Any) -> Any:
    """The jar, with these names and values too."""
    return cookiejar_from_dict(cookie_dict, cj)


def get_encoding_from_headers(headers: Any) -> str | None:
    """The character set that headers name."""
    return encoding.named(headers.get("content-type") or "")


def parse_header_links(value: str) -> list[dict[str, str]]:
    """The links of a `Link` header."""
    return encoding.links(value)


def requote_uri(uri: str) -> str:
    """With everything quoted that must be, and nothing twice."""
    return quote(unquote_unreserved(uri), safe="!#$%&'()*+,/:;=?@[]~")


def unquote_unreserved(uri: str) -> str:
    """With nothing quoted that need not be."""
    first, *rest = uri.split("%")
    for part in rest:
        code = part[:2]
        letter = chr(int(code, 16)) if len(code) == 2 and code.isalnum() else ""
        first += letter + part[2:] if letter in _UNRESERVED and letter else f"%{part}"
    return first


def get_auth_from_url(url: str) -> tuple[str, str]:
    """User name and password in a URL."""
    parts = urlsplit(url)
    return unquote(parts.username or ""), unquote(parts.password or "")


def to_key_val_list(value: Any) -> list[Any] | None:
    """The pairs of a dictionary, or of a list."""
    if value is None:
        return None
    return list(value.items() if hasattr(value, "items") else value)


def super_len(o: Any) -> int:
    """How long it is."""
    return len(o) if hasattr(o, "__len__") else 0


__all__ = [
    "CaseInsensitiveDict",
    "add_dict_to_cookiejar",
    "cookiejar_from_dict",
    "default_headers",
    "default_user_agent",
    "dict_from_cookiejar",
    "get_auth_from_url",
    "get_encoding_from_headers",
    "parse_header_links",
    "quote",
    "requote_uri",
    "super_len",
    "to_key_val_list",
    "unquote",
    "urlparse",
    "urlunparse",
]
