"""Helpers of urllib3 that scripts use by themselves."""

from .retry import Retry
from .timeout import Timeout
from .url import Url, make_headers, parse_url

__all__ = ["Retry", "Timeout", "Url", "make_headers", "parse_url"]
