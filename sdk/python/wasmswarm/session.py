"""The HTTP client of a user: the shape of `requests`, carried out by the host."""

from __future__ import annotations

import json as json_module
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import after, large, sent
from . import auth as auths
from . import body as bodies
from . import request as requests
from ._wit import Err, http
from ._wit import cookies as jars
from .cookies import NO_JAR, HostJar, RequestsCookieJar, header_of
from .errors import CatchResponseError, LocustError, RunStopped, Unsupported
from .events import events, fire_request
from .headers import CaseInsensitiveDict
from .response import Response, failed
from .trace import last_line

if TYPE_CHECKING:
    from .users import User

_INTERRUPTED = http.ErrorCode.INTERRUPTED
_PLAIN_GET = requests.PLAIN["GET"]

#: Options that are the operator's. Where certificates aren't to be checked, a request fails or
#: it doesn't, and says why; without the certificate or proxy that it names, it would be another one.
_IGNORED = {"stream", "context", "verify"}
_REFUSED = {
    "cert": "client certificates are the operator's: see `wasmswarm run --help`",
    "proxies": "a proxy is the operator's choice: see `wasmswarm run --help`",
}


class _Extras:
    """What a session adds to each request. Most sessions add nothing, and have none of these."""

    def __init__(self) -> None:
        self.headers = CaseInsensitiveDict()
        self.auth: Any = None
        self.params: Any = {}
        self.hooks: dict[str, list[Any]] = {"response": []}
        self.adapters: dict[str, Any] = {}
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

    #: What `requests` has, and the operator decides.
    verify: Any = True
    stream = False
    trust_env = False
    max_redirects = after.MOST_HOPS
    #: Whether text that doesn't say what it is in is UTF-8.
    _utf8 = False

    def __init__(
        self,
        base_url: str = "",
        request_event: Any = None,
        user: User | None = None,
        timeout: float | None = None,
        jar: int | None = None,
        **_options: Any,
    ) -> None:
        """`jar`: the number of its jar on the host, 0 for the user's own; else one is made for this session."""
        self.base_url = (base_url or "").rstrip("/")
        #: Whether requests need more of their jar than that the host has it.
        self._minds_jar = jar is None
        self._cookies = HostJar(jar, self.base_url, self._mind_jar)
        self._user = user
        self._timeout = _microseconds(timeout)
        self._extras: _Extras | None = None
        #: Whether nothing of this session has to be added to a request; and such a request, to reuse.
        self._is_plain = not (self.base_url or self._timeout or after.history_mentioned or jar is None)
        self._get = _PLAIN_GET("", "")

    auth = _extra("auth", "User name and password for every request.")
    params = _extra("params", "Query parameters of every request.")
    hooks = _extra("hooks", "Called with every response.")
    adapters = _extra("adapters", "What `mount` was given.")
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
        # As `_send`, without what only other requests need: this is where the time goes.
        made = self._get
        made.url = url
        made.name = name or ""
        try:
            response = http.send(made)
        except Err as error:
            response = _failed(made, error)
        response._made = url
        if self._utf8:
            response._fast = True
        if events.request.listeners:
            fire_request(self._user, made, response, None)
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
        return self._sent(self.prepare(method, url, **options), catch_response, context)

    def prepare_request(self, request: sent.Request) -> sent.PreparedRequest:
        """A request of one's own, with what this session adds, to be sent with `send`."""
        prepared = request.prepare()
        extras = self._extras
        if extras is not None:
            for name, value in extras.headers.items():
                prepared.headers.setdefault(name, value)
            if extras.params:
                prepared.url = bodies.with_query(prepared.url, extras.params)
            if extras.auth and not request.auth:
                prepared.prepare_auth(extras.auth)
            for hook in sent.hooks_of(extras.hooks).get("response", []):
                prepared.register_hook("response", hook)
        return prepared

    def send(self, request: sent.PreparedRequest, **options: Any) -> Response:
        """Sends a prepared request, with nothing more."""
        caught, context = options.pop("catch_response", False), options.pop("context", None)
        given = {
            "data": request.body,
            "headers": request.headers,
            "hooks": request.hooks,
            "cookies": request._cookies,
            "auth": request._auth if isinstance(request._auth, auths.HTTPDigestAuth) else None,
        }
        own, self._extras = self._extras, None
        try:
            made = self.prepare(request.method, request.url, **given, **options)
        finally:
            self._extras = own
        return self._sent(made, caught, context)

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
        hooks: Any = None,
        timeout: Any = None,
        allow_redirects: bool | int = True,
        tags: dict[str, str] | None = None,
        expected: list[int | tuple[int, int]] | None = None,
        discard: bool = False,
        **others: Any,
    ) -> requests.Request:
        """A request for `parallel`.

        Beside what `requests` knows: `tags` split the results further; `expected` are the statuses,
        or ranges of them, that count as success; `discard` throws the body away as it comes.
        """
        if others:
            _refuse(others)
        made = requests.Request(sent.text_of(method).upper(), self._address(url), name or "")
        made.body, kind = bodies.body_of(data, json, files)
        extras = self._extras
        if extras is not None:
            made.name = made.name or extras.request_name or ""
            auth = auth or extras.auth
            params = _merged(extras.params, params)
        if params:
            made.url = bodies.with_query(made.url, params)
        made.headers = self._headers(headers, kind)
        made.own_cookies = any(name.lower() == "cookie" for name, _ in made.headers)
        if cookies and not made.own_cookies:
            made.headers.append(("Cookie", header_of(cookies)))
        if auth:
            auth = _authorize(made, auth)
        made.timeout = self._timeout if timeout is None else _microseconds(timeout)
        if tags:
            made.tags = [(key, str(value)) for key, value in tags.items()]
        if expected:
            made.expected = [item if isinstance(item, tuple) else (item, item) for item in expected]
        if discard:
            made.keep = requests.KEEP_NOTHING
        self._leave(made, auth, hooks, allow_redirects)
        return made

    def _leave(self, made: Any, auth: Any, hooks: Any, redirects: bool | int) -> None:
        """What is left to do with the response: by the host, or here."""
        hops = self.max_redirects if redirects is True else int(redirects or 0)
        if redirects is not True or hops != after.MOST_HOPS:
            made.redirects = _redirects(hops)
        called = list(self._extras.hooks.get("response") or ()) if self._extras is not None else []
        called = sent.hooks_of({"response": called}).get("response", [])
        called += sent.hooks_of(hooks).get("response", [])
        digest = auth if isinstance(auth, auths.HTTPDigestAuth) else None
        followed = hops if after.history_mentioned else 0
        if followed:
            made.redirects = requests.NO_REDIRECTS
        retry = self._retry(made.url)
        if called or digest or followed or retry:
            made.after = after.After(digest, called, followed, retry)

    def _retry(self, url: str) -> Any:
        """How often a mounted adapter has a request tried again, if at all."""
        if self._extras is None or not self._extras.adapters:
            return None
        retry = getattr(self.get_adapter(url), "max_retries", None)
        return retry if getattr(retry, "total", 0) else None

    def parallel(self, *prepared: requests.Request) -> list[Response]:
        """Sends all of them at once and waits for all; at most 64."""
        responses = []
        for made in prepared:
            self._cookies.ready(made.url)
        number = self._cookies.number
        if number or any(made.own_cookies for made in prepared):
            jars.use_jars([NO_JAR if made.own_cookies else number for made in prepared])
        results = zip(prepared, http.send_all(list(prepared)), strict=True)
        for index, (made, result) in enumerate(list(results)):
            is_failed = isinstance(result, Err)
            response = _failed(made, result, index) if is_failed else result.value
            response._made = made
            if made.after is not None:
                response = made.after.finish(self, made, response)
            if events.request.listeners:
                fire_request(self._user, made, response, None)
            responses.append(response)
        return responses

    def close(self) -> None:
        """Connections end with the user; cookies of a session of one's own are forgotten."""
        self._cookies.forget()

    def mount(self, prefix: str, adapter: Any) -> None:
        """Keeps the adapter, and changes nothing: connections are the host's."""
        self.adapters[prefix] = adapter

    def get_adapter(self, url: str) -> Any:
        """The adapter for a URL, of those that were mounted."""
        is_relative = "://" not in url  # it goes to the run's host, over http or https
        fitting = [p for p in self.adapters if is_relative or url.lower().startswith(p.lower())]
        return self.adapters[max(fitting, key=len)] if fitting else None

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

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
    def headers(self) -> CaseInsensitiveDict:
        """Sent with every request."""
        return self._extra().headers

    @headers.setter
    def headers(self, value: Any) -> None:
        self._extra().headers = CaseInsensitiveDict(value)

    @property
    def cookies(self) -> HostJar:
        """The cookies that are sent, and that responses have set, those of redirects too."""
        return self._cookies

    @cookies.setter
    def cookies(self, value: Any) -> None:
        given = RequestsCookieJar()
        given.update(value or {})
        self._cookies.clear()
        self._cookies.update(given)

    @property
    def proxies(self) -> dict[str, str]:
        """None: the operator says which proxy there is."""
        return {}

    @proxies.setter
    def proxies(self, value: Any) -> None:
        if value:
            raise Unsupported(f"client.proxies: {_REFUSED['proxies']}")

    @property
    def cert(self) -> None:
        """None: the operator says which certificate the client has."""

    @cert.setter
    def cert(self, value: Any) -> None:
        if value:
            raise Unsupported(f"client.cert: {_REFUSED['cert']}")

    def _sent(self, made: Any, catch_response: bool, context: Any) -> Response:
        response = self._send(made, context)
        if catch_response:
            response._caught = True
        return response

    def _send(self, made: Any, context: Any = None) -> Response:
        response = self._exchange(made)
        if made.after is not None:
            response = made.after.finish(self, made, response)
        if self._utf8:
            response._fast = True
        if events.request.listeners:
            fire_request(self._user, made, response, context)
        return response

    def _exchange(self, made: Any) -> Response:
        """One request, and what came back."""
        try:
            if self._minds_jar or made.own_cookies:
                response = self._send_with_jar(made)
            elif len(made.body) >= large.LEAST:
                response = large.send(made)
            else:
                response = http.send(made)
        except Err as error:
            response = _failed(made, error)
        response._made = made
        return response

    def _send_with_jar(self, made: Any) -> Response:
        """With the session's own jar. A `Cookie` header of one's own goes without any, as in `requests`."""
        self._cookies.ready(made.url)
        number = self._cookies.number
        if number:
            jars.use_jar(number)
        if made.own_cookies:
            jars.set_sending(False)
        try:
            return large.send(made) if len(made.body) >= large.LEAST else http.send(made)
        finally:
            if number:
                jars.use_jar(0)
            if made.own_cookies:
                jars.set_sending(True)

    def _mind_jar(self) -> None:
        """The file has set a cookie that may have to go to other servers too."""
        self._minds_jar, self._is_plain = True, False

    def _extra(self) -> _Extras:
        if self._extras is None:
            self._extras = _Extras()
            self._is_plain = False
        return self._extras

    def _address(self, url: str) -> str:
        """The URL as the host takes it: with this user's own server, if it has one."""
        url = url if isinstance(url, str) else sent.text_of(url)
        if self.base_url and not url.startswith(("http://", "https://")):
            return self.base_url + (url if url.startswith(("/", "?", "#")) or not url else f"/{url}")
        return url

    def _headers(self, given: Any, kind: Any) -> list[tuple[str, str]]:
        own = self._extras.headers if self._extras is not None else None
        if own or given:
            merged = own.copy() if own else CaseInsensitiveDict()
            for name, value in dict(given or {}).items():
                name = sent.text_of(name)
                if value is None:
                    merged.pop(name, None)
                else:
                    merged[name] = sent.header_value(name, value)
            headers = [(name, sent.header_value(name, v)) for name, v in merged.pairs() if v is not None]
            if kind and kind[0] not in merged:
                headers.append(kind)
        else:
            headers = [kind] if kind else []
        return headers


def _merged(own: Any, given: Any) -> Any:
    """A session's query parameters with a request's, of which one that is None removes the other."""
    if not own or not given:
        return given or own
    if not (hasattr(own, "items") and hasattr(given, "items")):
        return given
    return {**own, **given}


def _authorize(made: Any, auth: Any) -> Any:
    """Changes a request as `auth=` says, which outranks a header. Returns what `auth=` is called with."""
    auth = auths.of(auth)
    if not callable(auth):
        raise LocustError(f"auth={auth!r} is neither a pair of user name and password nor callable")
    shown = sent.PreparedRequest(made.method, made.url, made.body or None)
    shown.headers.update(made.headers)
    shown = auth(shown)
    made.method, made.url, made.headers = shown.method, shown.url, shown.headers.pairs()
    made.body = bodies.data_body(shown.body)[0] if shown.body else b""
    return auth


class FastHttpSession(HttpSession):
    """The session of a `FastHttpUser`, whose client takes text for UTF-8."""

    _utf8 = True


def _failed(made: Any, error: Err, index: int = 0) -> Response:
    if error.value is _INTERRUPTED:
        raise RunStopped
    return failed(made, error.value, index)


def _redirects(hops: int) -> Any:
    return http.RedirectPolicy_Follow(hops) if hops else requests.NO_REDIRECTS


def _microseconds(timeout: Any) -> int:
    """A time limit for the whole exchange; of a pair, the sum."""
    if timeout is None:
        return 0
    pair = isinstance(timeout, (tuple, list)) or hasattr(timeout, "connect")
    seconds = sum(part or 0 for part in timeout) if pair else timeout
    return max(1, round(seconds * 1_000_000)) if seconds else 0


def _refuse(options: dict[str, Any]) -> None:
    for name, value in options.items():
        if name in _IGNORED or (name in _REFUSED and not value):
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
