"""The HTTP client of a user: the shape of `requests`, carried out by the host."""

from __future__ import annotations

import json as json_module
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import body as bodies
from . import request as requests
from ._wit import Err, http
from .cookies import Cookies
from .errors import CatchResponseError, LocustError, RunStopped, Unsupported
from .events import events, fire_request
from .headers import CaseInsensitiveDict
from .response import Response, failed
from .trace import last_line

if TYPE_CHECKING:
    from .users import User

_INTERRUPTED = http.ErrorCode.INTERRUPTED
_PLAIN_GET = requests.PLAIN["GET"]

#: The options of a request that change nothing here, with what the host does instead.
_IGNORED = {"stream", "context", "hooks"}
_REFUSED = {
    "verify": "whether certificates are checked is the operator's choice: `--insecure`",
    "cert": "client certificates are the operator's: see `wasmswarm run --help`",
    "proxies": "a proxy is the operator's choice: see `wasmswarm run --help`",
}


class _Extras:
    """What a session adds to each request. Most sessions add nothing, and have none of these."""

    def __init__(self) -> None:
        self.headers = CaseInsensitiveDict()
        self.auth: Any = None
        self.params: Any = None
        self.request_name: str | None = None


def _extra(name: str, what: str) -> Any:
    """An attribute of a session that is kept in its extras."""

    def read(session: HttpSession) -> Any:
        return getattr(session._extra(), name)

    def write(session: HttpSession, value: Any) -> None:
        setattr(session._extra(), name, value)

    return property(read, write, doc=what)


class HttpSession:
    """Sends requests; its headers, authentication and name hold for all of them."""

    def __init__(
        self, base_url: str = "", user: User | None = None, timeout: float | None = None
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.cookies = Cookies()
        self._user = user
        self._timeout = _microseconds(timeout)
        self._extras: _Extras | None = None
        #: Whether nothing of this session has to be added to a request; and such a request, to reuse.
        self._is_plain = not (base_url or self._timeout or self.cookies.in_use)
        self._get = _PLAIN_GET("", "")

    headers = _extra("headers", "Sent with every request.")
    auth = _extra("auth", "User name and password for every request.")
    params = _extra("params", "Query parameters of every request.")
    request_name = _extra("request_name", "The name of requests that are given none.")

    def get(
        self,
        url: str,
        params: Any = None,
        name: str | None = None,
        catch_response: bool = False,
        **options: Any,
    ) -> Any:
        """GET. The usual one reuses a request."""
        if options or params is not None or not self._is_plain:
            return self.request(
                "GET", url, catch_response, name=name, params=params, **options
            )
        made = self._get
        made.url = url
        made.name = name or ""
        response = self._send(made)
        if catch_response:
            response._caught = True
        return response

    def head(self, url: str, name: str | None = None, **options: Any) -> Any:
        """HEAD. Like `requests`, it follows no redirects unless told to."""
        options.setdefault("allow_redirects", False)
        return self.request("HEAD", url, name=name, **options)

    def options(self, url: str, name: str | None = None, **options: Any) -> Any:
        """OPTIONS."""
        return self.request("OPTIONS", url, name=name, **options)

    def post(self, url: str, data: Any = None, json: Any = None, **options: Any) -> Any:
        """POST."""
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> Any:
        """PUT."""
        return self.request("PUT", url, data=data, **options)

    def patch(self, url: str, data: Any = None, **options: Any) -> Any:
        """PATCH."""
        return self.request("PATCH", url, data=data, **options)

    def delete(self, url: str, **options: Any) -> Any:
        """DELETE."""
        return self.request("DELETE", url, **options)

    def request(
        self, method: str, url: str, catch_response: bool = False, **options: Any
    ) -> Response:
        """Sends with any method. The options are those of `prepare`.

        `catch_response=True`: use the response in a `with` block and call its `success` or
        `failure`.
        """
        context = options.pop("context", None)
        response = self._send(self.prepare(method, url, **options), context)
        if catch_response:
            response._caught = True
        return response

    def prepare(
        self,
        method: str,
        url: str,
        *,
        name: str | None = None,
        params: Any = None,
        data: Any = None,
        json: Any = None,
        headers: Any = None,
        cookies: Any = None,
        files: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool | int = True,
        tags: dict[str, str] | None = None,
        expected: list[int | tuple[int, int]] | None = None,
        discard: bool = False,
        **others: Any,
    ) -> requests.Request:
        """A request for `parallel`.

        Beside what `requests` knows: `tags` split the results further; `expected` are the statuses,
        or ranges of them, that count as success; `discard` leaves headers and body on the host.
        """
        if others:
            _refuse(others)
        made = requests.Request(method.upper(), self._address(url), name or "")
        kind = None
        if json is not None and data is None:
            made.body, kind = bodies.json_body(json), bodies.JSON
        elif files:
            made.body, kind = bodies.multipart(data, files)
        elif data is not None:
            made.body, kind = bodies.data_body(data)
        extras = self._extras
        if extras is not None:
            made.name = made.name or extras.request_name or ""
            params = extras.params if params is None else params
            auth = auth or extras.auth
        if params is not None:
            made.url = bodies.with_query(made.url, params)
        made.headers = self._headers(headers, kind, auth, cookies)
        made.timeout = self._timeout if timeout is None else _microseconds(timeout)
        if allow_redirects is not True:
            made.redirects = _redirects(allow_redirects)
        if tags:
            made.tags = [(key, str(value)) for key, value in tags.items()]
        if expected:
            made.expected = [item if isinstance(item, tuple) else (item, item) for item in expected]
        if discard:
            made.keep = requests.KEEP_NOTHING
        return made

    def parallel(self, *prepared: requests.Request) -> list[Response]:
        """Sends all of them at once and waits for all; at most 64."""
        responses = []
        for made, result in zip(prepared, http.send_all(list(prepared)), strict=True):
            if isinstance(result, Err):
                responses.append(_failed(made, result))
            else:
                self._finish(result.value, made, None)
                responses.append(result.value)
        return responses

    def close(self) -> None:
        """Nothing to do: connections end with the user."""

    @contextmanager
    def rename_request(self, name: str) -> Iterator[None]:
        """All requests in this block have this name."""
        before, self.request_name = self.request_name, name
        try:
            yield
        finally:
            self.request_name = before

    @contextmanager
    def rest(self, method: str, url: str, headers: Any = None, **options: Any) -> Iterator[Any]:
        """Sends and expects JSON: `response.js`. A failed assertion fails the response."""
        sent = CaseInsensitiveDict(headers or {})
        sent.setdefault("Content-Type", "application/json")
        sent.setdefault("Accept", "application/json")
        with self.request(method, url, catch_response=True, headers=sent, **options) as response:
            response.js = _parsed(response)
            try:
                yield response
            except AssertionError as error:
                response.failure(_assertion(error, response))
            except Exception as error:
                response.failure(f"{last_line(error)}. Response was {response.text[:200]}")

    @contextmanager
    def rest_(self, method: str, url: str, name: Any = None, **options: Any) -> Iterator[Any]:
        """As `rest`, with the time as a parameter `_`, which the name doesn't show."""
        separator = "&" if "?" in url else "?"
        name = name or f"{url}{separator}_=..."
        stamped = f"{url}{separator}_={int(time.time() * 1000)}"
        with self.rest(method, stamped, name=name, **options) as response:
            yield response

    @property
    def verify(self) -> bool:
        """Whether certificates are checked, which the operator says."""
        return True

    @verify.setter
    def verify(self, value: Any) -> None:
        if value is not True:
            raise Unsupported(f"client.verify: {_REFUSED['verify']}")

    def _send(self, made: Any, context: Any = None) -> Response:
        try:
            response = http.send(made)
        except Err as error:
            response = _failed(made, error)
        if self.cookies.in_use or events.request.listeners:
            self._finish(response, made, context)
        return response

    def _finish(self, response: Response, made: Any, context: Any) -> None:
        """What is done with every response; mostly nothing."""
        if self.cookies.in_use:
            self.cookies.take(response)
        if events.request.listeners:
            fire_request(self._user, made, response, context)

    def _extra(self) -> _Extras:
        if self._extras is None:
            self._extras = _Extras()
            self._is_plain = False
        return self._extras

    def _address(self, url: str) -> str:
        """The URL as the host takes it: with this user's own server, if it has one."""
        if self.base_url and not url.startswith(("http://", "https://")):
            return self.base_url + (url if url.startswith("/") else f"/{url}")
        return url

    def _headers(self, given: Any, kind: Any, auth: Any, cookies: Any) -> list[tuple[str, str]]:
        own = self._extras.headers if self._extras is not None else None
        if own or given:
            merged = CaseInsensitiveDict(own.pairs() if own else ())
            for name, value in (given or {}).items():
                if value is None:
                    merged.pop(name, None)
                else:
                    merged[name] = str(value)
            headers = merged.pairs()
            if kind and kind[0] not in merged:
                headers.append(kind)
        else:
            headers = [kind] if kind else []
        if auth:
            headers.append(bodies.basic_auth(auth))
        cookie = self.cookies.header(cookies)
        if cookie:
            headers.append(("Cookie", cookie))
        return headers


class FastHttpSession(HttpSession):
    """The session of a `FastHttpUser`."""


def _failed(made: Any, error: Err) -> Response:
    if error.value is _INTERRUPTED:
        raise RunStopped
    return failed(made, error.value)


def _redirects(allowed: bool | int) -> Any:
    return http.RedirectPolicy_Follow(int(allowed)) if allowed else requests.NO_REDIRECTS


def _microseconds(timeout: Any) -> int:
    """A time limit for the whole exchange; of a pair, the sum."""
    if timeout is None:
        return 0
    seconds = sum(part or 0 for part in timeout) if isinstance(timeout, tuple) else timeout
    return max(1, round(seconds * 1_000_000)) if seconds else 0


def _refuse(options: dict[str, Any]) -> None:
    for name, value in options.items():
        if name in _IGNORED or (name == "verify" and value is True):
            continue
        if name in _REFUSED:
            raise Unsupported(f"{name}=: {_REFUSED[name]}")
        raise LocustError(f"a request has no option {name!r}")


def _parsed(response: Response) -> Any:
    """The JSON of the body, or None after marking the response as failed."""
    if not response._answered:
        return None
    try:
        return response.json() if response.content else None
    except json_module.JSONDecodeError as error:
        response.failure(f"Could not parse response as JSON: {error}: {response.text[:250]}")
        return None


def _assertion(error: AssertionError, response: Response) -> CatchResponseError:
    text = str(error.args[0]) if error.args else "Assertion failed"
    if text.endswith(","):
        text = f"{text[:-1]}, response was {response.text[:200]}"
    return CatchResponseError(text)
