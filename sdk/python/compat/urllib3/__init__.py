"""What scripts import of urllib3 beside `requests`. It opens no connections: those are the host's."""

from typing import Any

from . import exceptions, util
from .poolmanager import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from .util.retry import Retry
from .util.timeout import Timeout
from .util.url import make_headers

__version__ = "2.5.0+wasmswarm"


def disable_warnings(category: Any = None) -> None:
    """Nothing: no warnings are given."""


def add_stderr_logger(level: int = 10) -> None:
    """Nothing: connections are the host's."""


__all__ = [
    "HTTPConnectionPool",
    "HTTPSConnectionPool",
    "PoolManager",
    "ProxyManager",
    "Retry",
    "Timeout",
    "add_stderr_logger",
    "disable_warnings",
    "exceptions",
    "make_headers",
    "util",
]
