"""Requests as `requests` shows them: made by hand before they are sent, or looked at afterwards."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from . import auth as auths
from . import body as bodies
from .failures import InvalidHeader
from .headers import CaseInsensitiveDict

#: What the host adds to each request that doesn't have it. The operator may say otherwise.
HOSTS_OWN = {"User-Agent": "wasmswarm/0.1.0", "Accept-Encoding": "gzip, deflate, br, zstd"}


class Request:
    """What is to be sent: `session.prepare_request` and `session.send` take it."""

    def __init__(
        self,
        method: str | None = None,
        url: str | None = None,
        headers: Any = None,
        files: Any = None,
        data: Any = None,
        params: Any = None,
        auth: Any = None,
        cookies: Any = None,
        hooks: Any = None,
        json: Any = None,
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers or {}
        self.files = files or []
        self.data = data or []
        self.params = params or {}
        self.auth = auth
        self.cookies = cookies
        self.json = json
        self.hooks = hooks_of(hooks)

    def prepare(self) -> PreparedRequest:
        """Ready to be sent."""
        prepared = PreparedRequest()
        prepared.prepare(
            method=self.method,
            url=self.url,
            headers=self.headers,
            files=self.files,
            data=self.data,
            params=self.params,
            auth=self.auth,
            cookies=self.cookies,
            hooks=self.hooks,
            json=self.json,
        )
        return prepared

    def register_hook(self, event: str, hook: Any) -> None:
        """Calls this with the response."""
        self.hooks.setdefault(event, []).append(hook)

    def __repr__(self) -> str:
        return f"<Request [{self.method}]>"


class PreparedRequest:
    """What is sent: method, URL, headers and body."""

    def __init__(self, method: str = "GET", url: str = "", body: bytes | None = None) -> None:
        self.method: Any = method
        self.url: Any = url
        self.body: Any = body
        self.headers = CaseInsensitiveDict()
        self.hooks: dict[str, list[Any]] = {}
        #: Of this request only.
        self._cookies: Any = None
        #: What isn't part of what is sent: who answers a challenge.
        self._auth: Any = None

    def prepare(
        self,
        method: Any = None,
        url: Any = None,
        headers: Any = None,
        files: Any = None,
        data: Any = None,
        params: Any = None,
        auth: Any = None,
        cookies: Any = None,
        hooks: Any = None,
        json: Any = None,
    ) -> None:
        """From the arguments that a session's methods take."""
        self.method = text_of(method).upper() if method else None
        self.prepare_url(url, params)
        self.prepare_headers(headers)
        self.prepare_cookies(cookies)
        self.prepare_body(data, files, json)
        self.prepare_auth(auth)
        self.hooks = hooks_of(hooks)

    def prepare_url(self, url: Any, params: Any) -> None:
        """With the query parameters."""
        url = text_of(url or "").lstrip()
        self.url = bodies.with_query(url, params) if params else url

    def prepare_headers(self, headers: Any) -> None:
        """As text."""
        self.headers = CaseInsensitiveDict()
        for name, value in dict(headers or {}).items():
            if value is not None:
                self.headers[text_of(name)] = header_value(name, value)

    def prepare_cookies(self, cookies: Any) -> None:
        """Of this request only."""
        self._cookies = cookies

    def prepare_body(self, data: Any, files: Any, json: Any = None) -> None:
        """The body, and the header that says what it is."""
        body, kind = bodies.body_of(data, json, files)
        self.body = body or None
        if kind:
            self.headers.setdefault(*kind)
        self.prepare_content_length(self.body)

    def prepare_content_length(self, body: Any) -> None:
        """The host sends the length; a wrong one that was given is none."""
        self.headers.pop("Content-Length", None)

    def prepare_auth(self, auth: Any, url: str = "") -> None:
        """Changed by what `auth=` has."""
        auth = auths.of(auth)
        if auth:
            self.__dict__.update(auth(self).__dict__)
            self._auth = auth

    def register_hook(self, event: str, hook: Any) -> None:
        """Calls this with the response."""
        self.hooks.setdefault(event, []).append(hook)

    def copy(self) -> PreparedRequest:
        """Another one that is the same."""
        other = PreparedRequest()
        other.__dict__.update(self.__dict__, headers=self.headers.copy())
        return other

    @property
    def path_url(self) -> str:
        """Path and query."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def __repr__(self) -> str:
        return f"<PreparedRequest [{self.method}]>"


def sent(made: Any, url: str) -> PreparedRequest:
    """What a request of the contract was, for a look at it. The host adds some headers."""
    shown = PreparedRequest(made.method, url, made.body or None)
    shown.headers.update(HOSTS_OWN)
    for name, value in made.headers:
        shown.headers[name] = value
    if made.body or made.method in ("POST", "PUT", "PATCH"):
        shown.headers.setdefault("Content-Length", str(len(made.body)))
    return shown


def hooks_of(hooks: Any) -> dict[str, list[Any]]:
    """By event, lists."""
    found = {}
    for event, hook in (hooks or {}).items():
        found[event] = [hook] if callable(hook) else list(hook or ())
    return found


def text_of(name: Any) -> str:
    """A name, a method or a URL as text."""
    return name.decode("latin-1") if isinstance(name, bytes) else str(name)


def header_value(name: Any, value: Any) -> str:
    """A header's value as text. `requests` takes text and bytes; numbers are as clear."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.decode("latin-1")
    if isinstance(value, (list, tuple, dict, set)):
        raise InvalidHeader(
            f"Header part ({value!r}) from ({name!r}, {value!r}) must be of type str or bytes, "
            f"not {type(value)}"
        )
    return str(value)
