"""Leaves the heap so that a running user writes to few pages.

All users share one image of memory, page by page, until they write. After Python has started, every
page of the heap has holes, and new objects would be put there: soon each user had a copy of most
pages. So the holes are filled, with bytes that nobody touches any more, and what a user makes lies
close together on new pages. What is there already is hidden from the garbage collector.
"""

from __future__ import annotations

import gc
import sys
from typing import Any

#: Larger than any hole.
_HUGE = 1 << 20
#: From large to small, so that what is left of a hole is filled by the smaller ones.
_SIZES = [*(1 << power for power in range(17, 11, -1)), *range(2048, 16, -16)]
_OVERHEAD = sys.getsizeof(b"")
#: Never reached: so many blocks would be a sign that the allocator works differently.
_MOST = 400_000

_ballast: list[object] = []


def settle() -> None:
    """To be called last, at the end of the top level."""
    gc.collect()
    for _ in range(2):  # the list of the first time leaves holes itself as it grows
        _fill()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


def keep_from_cache(record: Any) -> None:
    """Makes Python stop to cache where attributes of this class lie.

    The generator looks up each field by a name that it makes anew each time. The cache keeps all of
    these names, and what they push out of it is written to on the way. A class that has changed a
    thousand times is left out of the cache.
    """
    for change in range(1100):
        record.changes = change
        getattr(record, "method", None)
    del record.changes


def _fill() -> None:
    """Takes blocks of each size until they come from the end of the heap."""
    at_end = bytes(_HUGE)
    end = id(at_end)
    for size in _SIZES:
        payload = max(2, size - _OVERHEAD)
        while len(_ballast) < _MOST:
            block = bytes(payload)
            if id(block) > end:
                break
            _ballast.append(block)
    while len(_ballast) < _MOST:
        smallest = object()
        if id(smallest) > end:
            break
        _ballast.append(smallest)
