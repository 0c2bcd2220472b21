"""A response: its body and headers stay on the host until they are asked for."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from . import trace
from ._wit import http
from .errors import (
    CatchResponseError,
    ConnectionFailed,
    HTTPError,
    LocustError,
    RequestTimeout,
    ResponseError,
    Unsupported,
)
from .headers import CaseInsensitiveDict

#: The id of the newest response; and the first one of the export call that runs.
_newest: list[Any] = [-1]
_first = [0]

#: The host forgets a response after this many newer ones.
_REMEMBERED = 64


def new_call() -> None:
    """Begins an export call: responses of the last one can't be read any more."""
    _first[0] = _newest[0] + 1


def forget() -> None:
    """As if there had been no call and no response."""
    _newest[0] = -1
    _first[0] = 0


class Response:
    """What came back; `status_code` is 0 if nothing did. The generator calls this class itself."""

    __slots__ = (
        "_id",
        "status_code",
        "_expected",
        "_duration",
        "_content",
        "_headers",
        "_url",
        "_caught",
        "error",
        "js",
    )

    def __init__(self, id: int | None, status: int, ok: bool, duration: int) -> None:
        self._id = id
        _newest[0] = id
        self.status_code = status
        self._expected = ok
        self._duration = duration

    @property
    def _answered(self) -> bool:
        return self._id is not None

    @property
    def ok(self) -> bool:
        """Whether the status was an expected one: 200 to 399, unless the request said otherwise."""
        return self._expected

    def __bool__(self) -> bool:
        return self._expected

    @property
    def content(self) -> bytes:
        """The body."""
        try:
            return self._content
        except AttributeError:
            self._content: bytes = http.body(self._readable()) if self._answered else b""
            return self._content

    @property
    def text(self) -> str:
        """The body as text."""
        content = self.content
        try:
            return content.decode()
        except UnicodeDecodeError:
            return content.decode(self.encoding or "utf-8", "replace")

    @property
    def encoding(self) -> str | None:
        """The character set that the response names."""
        kind = self.header("content-type") or ""
        return kind.partition("charset=")[2].partition(";")[0].strip('" ') or None

    def json(self, **options: Any) -> Any:
        """The body, parsed as JSON."""
        if not self._answered:
            self.raise_for_status()
        return json.loads(self.content, **options)

    def header(self, name: str) -> str | None:
        """One header, whatever the case of its name: cheaper than `headers`."""
        return http.header(self._readable(), name) if self._answered else None

    @property
    def headers(self) -> CaseInsensitiveDict:
        """All headers."""
        try:
            return self._headers
        except AttributeError:
            pairs = http.headers(self._readable()) if self._answered else []
            self._headers: CaseInsensitiveDict = CaseInsensitiveDict(pairs)
            return self._headers

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that this response sets."""
        pairs = http.headers(self._readable()) if self._answered else []
        return cookies_of(pairs)

    @property
    def url(self) -> str:
        """The URL that answered, after redirects."""
        return http.final_url(self._readable()) if self._answered else self._url

    @property
    def reason(self) -> str:
        """The usual words for the status."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def elapsed(self) -> datetime.timedelta:
        """From the first byte written to the last byte read."""
        return datetime.timedelta(microseconds=self._duration)

    @property
    def timings(self) -> Any:
        """Where the time went, in microseconds: `blocked`, `dns`, `connect` and so on."""
        return http.get_timings(self._readable())

    @property
    def remote_address(self) -> str:
        """The address and port that answered."""
        return http.remote_address(self._readable())

    @property
    def is_redirect(self) -> bool:
        return self.status_code in (301, 302, 303, 307, 308) and bool(self.header("location"))

    @property
    def history(self) -> list[Any]:
        raise Unsupported(
            "response.history isn't supported: each hop is a request of its own in the results; "
            "send with allow_redirects=False to look at one"
        )

    @property
    def request_meta(self) -> dict[str, Any]:
        raise Unsupported(
            "response.request_meta isn't supported: the host has recorded the request when it "
            "returns; give it its name before: client.get(url, name=...)"
        )

    def iter_lines(self, *_options: Any, **_more: Any) -> Iterator[bytes]:
        """The lines of the body, which is here as a whole."""
        return iter(self.content.splitlines())

    def iter_content(self, chunk_size: int | None = 1, **_options: Any) -> Iterator[bytes]:
        """Pieces of the body, which is here as a whole."""
        content, size = self.content, chunk_size or max(1, len(self.content))
        return (content[at : at + size] for at in range(0, len(content), size))

    def raise_for_status(self) -> None:
        """Raises if there was no response, or one with a status of 400 or above."""
        if not self._answered:
            raise self.error
        if self.status_code >= 400:
            raise HTTPError(f"{self.status_code} {self.reason} for url: {self.url}")

    def success(self) -> None:
        """Counts this response as a success; needs `catch_response=True`."""
        self._need_catching("success")
        if not self._answered:
            raise LocustError(f"success(): there was no response ({self.error})")
        http.pass_(self._readable())

    def failure(self, exc: Any) -> None:
        """Counts this response as a failure; needs `catch_response=True`."""
        self._need_catching("failure")
        if self._answered:
            http.fail(self._readable(), _message(exc))
        self.error = exc if isinstance(exc, Exception) else CatchResponseError(exc)

    def close(self) -> None:
        """Nothing to do: the host has the connection back already."""

    def __enter__(self) -> Response:
        return self

    def __exit__(self, kind: Any, value: Any, _traceback: Any) -> bool:
        if isinstance(value, (ResponseError, CatchResponseError)) and self._catches():
            self.failure(value)
            return True
        return False

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"

    def _catches(self) -> bool:
        return getattr(self, "_caught", False)

    def _need_catching(self, name: str) -> None:
        if not self._catches():
            raise LocustError(
                f"response.{name}() needs the request to be sent with catch_response=True"
            )

    def _readable(self) -> int:
        """The id, unless the host has forgotten it: using it then would end this user."""
        if not max(_first[0], _newest[0] - _REMEMBERED + 1) <= self._id:  # type: ignore[operator]
            raise LocustError(
                "this response can't be read any more: the host keeps it until the task ends or "
                "64 newer ones came; read what you need at once"
            )
        return self._id


def failed(request: Any, code: Any) -> Response:
    """Stands for a request without a response."""
    newest = _newest[0]
    response = Response(None, 0, False, 0)
    _newest[0] = newest
    response._url = request.url
    reason = code.name.lower().replace("_", " ")
    kind = RequestTimeout if code is http.ErrorCode.TIMEOUT else ConnectionFailed
    response.error = kind(f"{reason} ({request.method} {request.url})")
    return response


def cookies_of(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Names and values of the `set-cookie` headers."""
    found = {}
    for name, value in pairs:
        if name.lower() == "set-cookie":
            key, _, content = value.partition(";")[0].partition("=")
            found[key.strip()] = content.strip()
    return found


def _message(exc: Any) -> str:
    if isinstance(exc, (CatchResponseError, ResponseError)):
        return str(exc)
    return trace.last_line(exc) if isinstance(exc, BaseException) else str(exc)


# The generator looks up the class of the record `response` after this module is loaded, and calls it
# with the record's fields. So each response is made once, in the form in which the user gets it.
http.Response = Response
