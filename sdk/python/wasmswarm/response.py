"""A response: its body and headers stay on the host until they are asked for."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from . import encoding as encodings
from . import sent, trace
from ._wit import http
from .cookies import RequestsCookieJar, of_headers
from .errors import CatchResponseError, LocustError, ResponseError, Unsupported
from .failures import HTTPError, JSONDecodeError, failure_of
from .headers import CaseInsensitiveDict
from .request import PLAIN, Plain

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
        "_charset",
        "_fast",
        "_history",
        "_made",
        "error",
        "js",
    )

    def __init__(
        self, id: int | None = None, status: int = 0, ok: bool = False, duration: int = 0
    ) -> None:
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
        """The body as text, in the encoding that the response names, or else in what it looks like."""
        content = self.content
        if content.isascii() and not hasattr(self, "_charset") and b"\0" not in content:
            return content.decode("ascii")  # the same in all that servers send
        try:
            return str(content, self.encoding or self.apparent_encoding, "replace")
        except LookupError:
            return str(content, errors="replace")

    @property
    def encoding(self) -> str | None:
        """The character set that the response names, or that its kind implies. May be set."""
        try:
            return self._charset
        except AttributeError:
            kind = self.header("content-type") or ""
            return encodings.named(kind if not hasattr(self, "_fast") else f"{kind};charset=utf-8")

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        self._charset = value

    @property
    def apparent_encoding(self) -> str:
        """What the bytes look like."""
        return encodings.apparent(self.content)

    def json(self, **options: Any) -> Any:
        """The body, parsed as JSON."""
        if not self._answered:
            self.raise_for_status()
        try:
            return json.loads(self.content, **options)
        except UnicodeDecodeError:
            return json.loads(self.text, **options)
        except json.JSONDecodeError as error:
            raise JSONDecodeError(error.msg, error.doc, error.pos) from None

    def header(self, name: str) -> str | None:
        """One header, whatever the case of its name: cheaper than `headers`."""
        return http.header(self._readable(), name) if self._answered else None

    @property
    def headers(self) -> CaseInsensitiveDict:
        """All headers."""
        try:
            return self._headers
        except AttributeError:
            self._headers: CaseInsensitiveDict = CaseInsensitiveDict.joined(self.header_pairs())
            return self._headers

    def header_pairs(self) -> list[tuple[str, str]]:
        """All headers in the order received, repeated ones too."""
        return http.headers(self._readable()) if self._answered else []

    @property
    def cookies(self) -> RequestsCookieJar:
        """The cookies that this response sets."""
        return of_headers(self.header_pairs(), self.url)

    @property
    def url(self) -> str:
        """The URL that answered, after redirects."""
        return http.final_url(self._readable()) if self._answered else self._url

    @property
    def request(self) -> sent.PreparedRequest:
        """What was sent."""
        made = self._made if not isinstance(self._made, str) else PLAIN["GET"](self._made, "")
        url, path = self.url, made.url.partition("#")[0]
        # A relative one lies under the path of the run's host, which only the answer's URL shows.
        is_it = "://" not in path and url.endswith(path)
        return sent.sent(made, url if is_it else urljoin(url, made.url))

    @request.setter
    def request(self, made: Any) -> None:
        self._made = made

    @property
    def links(self) -> dict[str, dict[str, str]]:
        """The links of the header `Link`, by their relation."""
        found = encodings.links(self.header("link") or "")
        return {link.get("rel") or link["url"]: link for link in found}

    @property
    def raw(self) -> io.BytesIO:
        """The body as an open file."""
        return io.BytesIO(self.content)

    @property
    def next(self) -> sent.PreparedRequest | None:
        """The request that a redirect asks for, if there is one that wasn't followed."""
        if not self.is_redirect:
            return None
        return sent.PreparedRequest("GET", urljoin(self.url, self.header("location") or ""))

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
    def is_permanent_redirect(self) -> bool:
        return self.status_code in (301, 308) and bool(self.header("location"))

    @property
    def history(self) -> list[Any]:
        """The redirects on the way. Each is a request of its own in the results."""
        return getattr(self, "_history", [])

    @property
    def request_meta(self) -> dict[str, Any]:
        raise Unsupported(
            "response.request_meta isn't supported: the host has recorded the request when it "
            "returns; give it its name before: client.get(url, name=...)"
        )

    def iter_lines(
        self, chunk_size: int = 512, decode_unicode: bool = False, delimiter: Any = None
    ) -> Iterator[Any]:
        """The lines of the body, which is here as a whole."""
        content: Any = self.content
        if decode_unicode and self.encoding:
            content = self.text
        if delimiter is None:
            return iter(content.splitlines())
        pieces = content.split(delimiter)
        return iter(pieces if pieces[-1] else pieces[:-1])

    def iter_content(
        self, chunk_size: int | None = 1, decode_unicode: bool = False
    ) -> Iterator[Any]:
        """Pieces of the body, which is here as a whole."""
        content, size = self.content, chunk_size or max(1, len(self.content))
        pieces = (content[at : at + size] for at in range(0, len(content), size))
        return encodings.decoded(pieces, self.encoding) if decode_unicode else pieces

    def __iter__(self) -> Iterator[bytes]:
        return self.iter_content(128)

    def raise_for_status(self) -> None:
        """Raises if there was no response, or one with a status of 400 or above."""
        if not self._answered:
            raise self.error
        if self.status_code >= 400:
            whose = "Client" if self.status_code < 500 else "Server"
            raise HTTPError(
                f"{self.status_code} {whose} Error: {self.reason} for url: {self.url}", response=self
            )

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


def failed(made: Any, code: Any, index: int = 0) -> Response:
    """Stands for a request without a response. `index`: which one of the last call it was."""
    newest = _newest[0]
    response = Response(None, 0, False, 0)
    _newest[0] = newest
    response._url = made.url
    response._made = made.url if isinstance(made, Plain) else made
    response.error = failure_of(code, index, f"{made.method} {made.url}")
    response.error.request = response.request
    return response


def _message(exc: Any) -> str:
    if isinstance(exc, (CatchResponseError, ResponseError, OSError)):
        return str(exc)
    return trace.last_line(exc) if isinstance(exc, BaseException) else str(exc)


# The generator looks up the class of the record `response` after this module is loaded, and calls it
# with the record's fields. So each response is made once, in the form in which the user gets it.
http.Response = Response
