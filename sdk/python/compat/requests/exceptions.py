"""Exceptions of `requests`."""

from json import JSONDecodeError

from wasmswarm.errors import ConnectionFailed as ConnectionError
from wasmswarm.errors import HTTPError
from wasmswarm.errors import RequestTimeout as Timeout
from wasmswarm.errors import ResponseError as RequestException

ConnectTimeout = ReadTimeout = Timeout
#: The host says that a URL is wrong by giving no response.
InvalidSchema = InvalidURL = MissingSchema = ConnectionError

__all__ = [
    "ConnectTimeout",
    "ConnectionError",
    "HTTPError",
    "InvalidSchema",
    "InvalidURL",
    "JSONDecodeError",
    "MissingSchema",
    "ReadTimeout",
    "RequestException",
    "Timeout",
]
