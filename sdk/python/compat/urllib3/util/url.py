"""URLs and headers as urllib3 makes them."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Url(NamedTuple):
    """The parts of a URL."""

    scheme: str | None = None
    auth: str | None = None
    host: str | None = None
    port: int | None = None
    path: str | None = None
    query: str | None = None
    fragment: str | None = None

    @property
    def netloc(self) -> str | None:
        return f"{self.host}:{self.port}" if self.host and self.port else self.host

    @property
    def url(self) -> str:
        text = f"{self.scheme}://" if self.scheme else ""
        text += f"{self.auth}@" if self.auth else ""
        text += (self.netloc or "") + (self.path or "")
        text += f"?{self.query}" if self.query is not None else ""
        return text + (f"#{self.fragment}" if self.fragment is not None else "")

    def __str__(self) -> str:
        return self.url


def parse_url(url: str) -> Url:
    """Its parts."""
    parts = urlsplit(url if "://" in url else f"//{url}")
    auth, at, _ = parts.netloc.rpartition("@")
    return Url(
        parts.scheme or None,
        auth if at else None,
        parts.hostname,
        parts.port,
        parts.path or None,
        parts.query or None,
        parts.fragment or None,
    )


def make_headers(
    keep_alive: Any = None,
    accept_encoding: Any = None,
    user_agent: str | None = None,
    basic_auth: str | None = None,
    proxy_basic_auth: str | None = None,
    disable_cache: Any = None,
) -> dict[str, str]:
    """Headers of these kinds."""
    made = {}
    if accept_encoding:
        many = isinstance(accept_encoding, (list, tuple))
        made["accept-encoding"] = ",".join(accept_encoding) if many else accept_encoding
        if accept_encoding is True:
            made["accept-encoding"] = "gzip,deflate"
    if user_agent:
        made["user-agent"] = user_agent
    if keep_alive:
        made["connection"] = "keep-alive"
    for name, auth in (("authorization", basic_auth), ("proxy-authorization", proxy_basic_auth)):
        if auth:
            made[name] = "Basic " + base64.b64encode(auth.encode("latin-1")).decode()
    if disable_cache:
        made["cache-control"] = "no-cache"
    return made
