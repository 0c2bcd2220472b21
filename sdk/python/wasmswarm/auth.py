"""How a request says who sends it, as `requests` has it."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from typing import Any
from urllib.parse import urlparse

_HASHES = {
    "MD5": hashlib.md5,
    "MD5-SESS": hashlib.md5,
    "SHA": hashlib.sha1,
    "SHA-256": hashlib.sha256,
    "SHA-256-SESS": hashlib.sha256,
    "SHA-512": hashlib.sha512,
}


class AuthBase:
    """Called with a prepared request, which it changes and returns."""

    def __call__(self, r: Any) -> Any:
        raise NotImplementedError("Auth hooks must be callable.")


class HTTPBasicAuth(AuthBase):
    """User name and password in each request."""

    def __init__(self, username: Any, password: Any) -> None:
        self.username = username
        self.password = password

    def __eq__(self, other: object) -> bool:
        return vars(self) == getattr(other, "__dict__", None)

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, r: Any) -> Any:
        r.headers["Authorization"] = basic(self.username, self.password)
        return r


class HTTPProxyAuth(HTTPBasicAuth):
    """The same for a proxy."""

    def __call__(self, r: Any) -> Any:
        r.headers["Proxy-Authorization"] = basic(self.username, self.password)
        return r


class HTTPDigestAuth(AuthBase):
    """Answers a server's challenge with a digest of user name and password."""

    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.password = password
        self._challenge: dict[str, str] = {}
        #: What relative URLs lie under: the run's host may have a path, which only an answer's URL shows.
        self._base = ""
        self._last_nonce = ""
        self._count = 0

    def __eq__(self, other: object) -> bool:
        name, password = (getattr(other, key, None) for key in ("username", "password"))
        return (self.username, self.password) == (name, password)

    __hash__ = None  # type: ignore[assignment]

    def __call__(self, r: Any) -> Any:
        """With the last challenge's nonce, if there was one."""
        url = r.url if "://" in r.url else self._base + r.url
        header = self.build_digest_header(r.method, url) if self._challenge else None
        if header:
            r.headers["Authorization"] = header
        return r

    def takes(self, challenge: str, asked: str, answered: str) -> bool:
        """Keeps a `WWW-Authenticate` header. Returns whether it can be answered.

        `asked`, `answered`: the URL as the user wrote it, and that of the response.
        """
        asked = asked.partition("#")[0]
        if "://" not in asked and answered.endswith(asked):
            self._base = answered.removesuffix(asked)
        found = re.search(r"(?:^|,\s*)digest\s+(.*)", challenge, re.IGNORECASE | re.DOTALL)
        if not found:
            return False
        pairs = re.findall(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', found[1])
        self._challenge = {name.lower(): quoted or plain for name, quoted, plain in pairs}
        return self._offer() is not None

    def build_digest_header(self, method: str, url: str) -> str | None:
        """The header; None if the server asks for what isn't known (RFC 7616)."""
        offer = self._offer()
        if offer is None:
            return None
        make, with_count = offer
        known, nonce = self._challenge, self._challenge["nonce"]
        self._count = self._count + 1 if nonce == self._last_nonce else 1
        self._last_nonce = nonce
        client, count = os.urandom(8).hex(), f"{self._count:08x}"
        secret = make(self.username, known.get("realm", ""), self.password)
        if known.get("algorithm", "").upper().endswith("-SESS"):
            secret = make(secret, nonce, client)
        parsed = urlparse(url)
        path = (parsed.path or "/") + (f"?{parsed.query}" if parsed.query else "")
        middle = [nonce, count, client, "auth"] if with_count else [nonce]
        fields = {
            "username": self.username,
            "realm": known.get("realm", ""),
            "nonce": nonce,
            "uri": path,
            "response": make(secret, *middle, make(method, path)),
            **{name: known[name] for name in ("opaque", "algorithm") if known.get(name)},
        }
        text = ", ".join(f'{name}="{value}"' for name, value in fields.items())
        return f'Digest {text}' + (f', qop="auth", nc={count}, cnonce="{client}"' * with_count)

    def _offer(self) -> tuple[Any, bool] | None:
        """How the challenge is digested, and whether requests are counted. None: not known here."""
        known = self._challenge
        hash_of = _HASHES.get(known.get("algorithm", "MD5").upper())
        offered = [name.strip() for name in known.get("qop", "").split(",") if name.strip()]
        if hash_of is None or "nonce" not in known or (offered and "auth" not in offered):
            return None

        def make(*parts: str) -> str:
            return hash_of(":".join(parts).encode(), usedforsecurity=False).hexdigest()

        return make, bool(offered)


def basic(username: Any, password: Any) -> str:
    """The value of the header."""
    both = b":".join(_latin(part) for part in (username, password))
    return "Basic " + base64.b64encode(both).decode()


def _latin(part: Any) -> bytes:
    if isinstance(part, bytes):
        return part
    text = str(part)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()


def of(auth: Any) -> Any:
    """A callable of what `auth=` has: a pair, or a callable already."""
    if isinstance(auth, (tuple, list)) and len(auth) == 2:
        return HTTPBasicAuth(*auth)
    return auth
