"""Requests and responses."""

from wasmswarm.response import Response
from wasmswarm.sent import PreparedRequest, Request

from .exceptions import (
    ChunkedEncodingError,
    ConnectionError,
    ContentDecodingError,
    HTTPError,
    InvalidJSONError,
    InvalidURL,
    MissingSchema,
    StreamConsumedError,
)
from .status_codes import codes
from .structures import CaseInsensitiveDict

CONTENT_CHUNK_SIZE = 10 * 1024
DEFAULT_REDIRECT_LIMIT = 30
ITER_CHUNK_SIZE = 512
REDIRECT_STATI = (301, 302, 303, 307, 308)

__all__ = [
    "CaseInsensitiveDict",
    "ChunkedEncodingError",
    "ConnectionError",
    "ContentDecodingError",
    "HTTPError",
    "InvalidJSONError",
    "InvalidURL",
    "MissingSchema",
    "PreparedRequest",
    "Request",
    "Response",
    "StreamConsumedError",
    "codes",
]
