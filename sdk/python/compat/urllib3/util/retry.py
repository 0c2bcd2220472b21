"""How often a request is tried again, for `HTTPAdapter(max_retries=...)`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


class Retry:
    """Tries again after a lost connection, or a status that is listed; each try is a request."""

    DEFAULT_ALLOWED_METHODS = frozenset({"HEAD", "GET", "PUT", "DELETE", "OPTIONS", "TRACE"})
    RETRY_AFTER_STATUS_CODES = frozenset({413, 429, 503})
    DEFAULT_BACKOFF_MAX = 120

    def __init__(
        self,
        total: Any = 10,
        connect: int | None = None,
        read: int | None = None,
        redirect: int | None = None,
        status: int | None = None,
        other: int | None = None,
        allowed_methods: Collection[str] | bool | None = DEFAULT_ALLOWED_METHODS,
        status_forcelist: Collection[int] | None = None,
        backoff_factor: float = 0,
        backoff_max: float = DEFAULT_BACKOFF_MAX,
        raise_on_status: bool = True,
        method_whitelist: Any = None,
        **_more: Any,
    ) -> None:
        counts = [count for count in (connect, read, status) if count is not None]
        self.total = max(counts, default=10) if total is None else int(total or 0)
        self.connect, self.read, self.status = connect, read, status
        self.redirect, self.other = redirect, other
        self.allowed_methods = allowed_methods if method_whitelist is None else method_whitelist
        self.status_forcelist = frozenset(status_forcelist or ())
        self.backoff_factor = backoff_factor
        self.backoff_max = backoff_max
        self.raise_on_status = raise_on_status

    @classmethod
    def from_int(cls, retries: Any, default: Any = 0) -> Retry:
        """A number of tries, or what says more already."""
        if retries is None:
            retries = default
        return retries if isinstance(retries, Retry) else cls(retries, read=0)

    def allows(self, method: str) -> bool:
        """Whether a request with this method may be sent twice."""
        return not self.allowed_methods or method.upper() in self.allowed_methods  # type: ignore[operator]

    def pause(self, tried: int) -> float:
        """Seconds before the next try."""
        if tried <= 1:
            return 0.0
        return min(self.backoff_max, self.backoff_factor * 2 ** (tried - 1))
