"""Adapters: of what they say, only how often a request is tried again counts. Connections are the host's."""

from __future__ import annotations

from typing import Any

from urllib3.util.retry import Retry

DEFAULT_POOLBLOCK = False
DEFAULT_POOLSIZE = 10
DEFAULT_RETRIES = 0


class BaseAdapter:
    """Something to mount."""

    def close(self) -> None:
        """Nothing to do."""


class HTTPAdapter(BaseAdapter):
    """Sizes of pools are taken and not used: each user has connections of its own."""

    def __init__(
        self,
        pool_connections: int = DEFAULT_POOLSIZE,
        pool_maxsize: int = DEFAULT_POOLSIZE,
        max_retries: Any = DEFAULT_RETRIES,
        pool_block: bool = DEFAULT_POOLBLOCK,
        **_more: Any,
    ) -> None:
        self.max_retries = Retry.from_int(max_retries)
