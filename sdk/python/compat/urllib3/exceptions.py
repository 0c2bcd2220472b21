"""Exceptions and warnings of urllib3. None is raised here: those of `requests` are."""


class HTTPError(Exception):
    """All of them."""


class HTTPWarning(Warning):
    """All warnings."""


class PoolError(HTTPError):
    """In a pool."""


class RequestError(PoolError):
    """In a request."""


class SSLError(HTTPError):
    """In a handshake."""


class ProxyError(HTTPError):
    """With a proxy."""


class DecodeError(HTTPError):
    """In decompressing."""


class ProtocolError(HTTPError):
    """In what was received."""


ConnectionError = ProtocolError


class MaxRetryError(RequestError):
    """All tries failed."""


class TimeoutError(HTTPError):
    """A time limit passed."""


class ReadTimeoutError(TimeoutError, RequestError):
    """While reading."""


class ConnectTimeoutError(TimeoutError):
    """While connecting."""


class NewConnectionError(HTTPError):
    """While connecting."""


class NameResolutionError(NewConnectionError):
    """While looking a name up."""


class EmptyPoolError(PoolError):
    """No connection was free."""


class ClosedPoolError(PoolError):
    """The pool was closed."""


class LocationValueError(ValueError, HTTPError):
    """In a URL."""


class LocationParseError(LocationValueError):
    """In a URL."""


class ResponseError(HTTPError):
    """In a response."""


class IncompleteRead(HTTPError):
    """The body is too short."""


class InvalidHeader(HTTPError):
    """In a header."""


class SecurityWarning(HTTPWarning):
    """About security."""


class InsecureRequestWarning(SecurityWarning):
    """About certificates that aren't checked."""


class InsecurePlatformWarning(SecurityWarning):
    """About the platform."""


class SNIMissingWarning(HTTPWarning):
    """About the platform."""


class SystemTimeWarning(SecurityWarning):
    """About the clock."""


class DependencyWarning(HTTPWarning):
    """About a package."""
