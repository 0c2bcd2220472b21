"""The exceptions of `requests`: why there was no response, or not the one that was asked for.

`self.client` keeps them in `response.error`; a session of one's own raises them.
"""

from __future__ import annotations

from json import JSONDecodeError as _JSONDecodeError
from typing import Any

from ._wit import http


class RequestException(IOError):
    """There was no response; the text says why, and `reason` holds the host's words for it."""

    reason = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.response = kwargs.pop("response", None)
        self.request = kwargs.pop("request", None)
        if self.request is None and self.response is not None:
            self.request = getattr(self.response, "request", None)
        super().__init__(*args, **kwargs)


class InvalidJSONError(RequestException):
    """What was to be sent or read isn't JSON."""


class JSONDecodeError(InvalidJSONError, _JSONDecodeError):
    """The body isn't JSON."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _JSONDecodeError.__init__(self, *args)
        InvalidJSONError.__init__(self, *self.args, **kwargs)

    def __reduce__(self) -> Any:
        return _JSONDecodeError.__reduce__(self)


class HTTPError(RequestException):
    """A status of 400 or above, after `raise_for_status`."""


class ConnectionError(RequestException):
    """The connection couldn't be made, or broke."""


class ProxyError(ConnectionError):
    """The proxy refused or failed."""


class SSLError(ConnectionError):
    """The TLS handshake failed, or the certificate isn't valid."""


class Timeout(RequestException):
    """The time limit passed."""


class ConnectTimeout(ConnectionError, Timeout):
    """It passed before there was a connection."""


class ReadTimeout(Timeout):
    """It passed before the response was complete."""


class URLRequired(RequestException):
    """There is no URL."""


class TooManyRedirects(RequestException):
    """More redirects than allowed."""


class MissingSchema(RequestException, ValueError):
    """The URL has no scheme."""


class InvalidSchema(RequestException, ValueError):
    """The URL's scheme is neither http nor https."""


class InvalidURL(RequestException, ValueError):
    """The URL can't be parsed."""


class InvalidHeader(RequestException, ValueError):
    """A header's name or value can't be sent."""


class InvalidProxyURL(InvalidURL):
    """The proxy's URL can't be parsed."""


class ChunkedEncodingError(RequestException):
    """A chunk of the body is wrong."""


class ContentDecodingError(RequestException):
    """The body can't be decompressed."""


class StreamConsumedError(RequestException, TypeError):
    """The body was read already."""


class RetryError(RequestException):
    """All tries failed."""


class UnrewindableBodyError(RequestException):
    """A body that was read can't be sent again."""


_Code = http.ErrorCode
_KINDS = {
    _Code.INVALID_URL: InvalidURL,
    _Code.INVALID_REQUEST: RequestException,
    _Code.TLS: SSLError,
    _Code.CERTIFICATE: SSLError,
    _Code.TIMEOUT: ReadTimeout,
    _Code.RESPONSE_TOO_LARGE: RequestException,
    _Code.DECODE: ContentDecodingError,
    _Code.TOO_MANY_REDIRECTS: TooManyRedirects,
    _Code.PROXY: ProxyError,
}


def failure_of(code: Any, index: int, where: str) -> RequestException:
    """Why request number `index` of the last call failed. `where`: its method and URL."""
    words = code.name.lower().replace("_", " ")
    reason = http.failure(index)
    text = f"{words}: {reason}" if reason and reason != words else words
    kind = _KINDS.get(code, ConnectionError)
    if kind is ReadTimeout and "connect" in reason:
        kind = ConnectTimeout
    if code is _Code.INVALID_REQUEST and "header" in reason:
        kind = InvalidHeader
    failure = kind(f"{text} ({where})")
    failure.reason = reason
    return failure
