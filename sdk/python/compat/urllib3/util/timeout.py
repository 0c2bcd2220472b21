"""Time limits, for `timeout=`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Timeout:
    """Seconds to connect and to read; both together limit the exchange."""

    def __init__(self, total: Any = None, connect: Any = None, read: Any = None) -> None:
        self.total, self.connect, self.read = total, connect, read

    def __iter__(self) -> Iterator[Any]:
        return iter((self.total,) if self.total else (self.connect, self.read))
