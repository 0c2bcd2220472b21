"""The part of `requests` that locustfiles use beside `self.client`. These requests are measured too."""

from . import (
    adapters,
    api,
    auth,
    certs,
    cookies,
    exceptions,
    hooks,
    models,
    packages,
    sessions,
    structures,
    utils,
)
from .api import delete, get, head, options, patch, post, put, request
from .exceptions import (
    ConnectionError,
    ConnectTimeout,
    FileModeWarning,
    HTTPError,
    JSONDecodeError,
    ReadTimeout,
    RequestException,
    SSLError,
    Timeout,
    TooManyRedirects,
    URLRequired,
)
from .models import PreparedRequest, Request, Response
from .sessions import Session, session
from .status_codes import codes

__version__ = "2.34.2+wasmswarm"

__all__ = [
    "ConnectTimeout",
    "ConnectionError",
    "FileModeWarning",
    "HTTPError",
    "JSONDecodeError",
    "PreparedRequest",
    "ReadTimeout",
    "Request",
    "RequestException",
    "Response",
    "SSLError",
    "Session",
    "Timeout",
    "TooManyRedirects",
    "URLRequired",
    "adapters",
    "api",
    "auth",
    "certs",
    "codes",
    "cookies",
    "delete",
    "exceptions",
    "get",
    "head",
    "hooks",
    "models",
    "options",
    "packages",
    "patch",
    "post",
    "put",
    "request",
    "session",
    "sessions",
    "structures",
    "utils",
]
