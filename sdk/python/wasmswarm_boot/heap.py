"""Leaves the heap so that a running user writes to few pages.

All users share one image of memory, page by page, until they write. After Python has started, every
page of the heap has holes, and new objects would be put there: soon each user had a copy of most
pages. So the holes are filled, with bytes that nobody touches any more, and what a user makes lies
close together on new pages. What is there already is hidden from the garbage collector.

It is done twice: before the SDK is loaded, so that what is used all the time lies together, and at
the end.
"""

from __future__ import annotations

import gc
import sys

#: Larger than any hole.
_HUGE = 1 << 20
#: From large to small, so that what is left of a hole is filled by the smaller ones.
_SIZES = [*(1 << power for power in range(17, 11, -1)), *range(2048, 16, -16)]
_OVERHEAD = sys.getsizeof(b"")
#: Never reached: so many blocks would be a sign that the allocator works differently.
_MOST = 400_000

_ballast: list[object] = []


def fill_holes() -> None:
    """What is made after this call lies together, at the end of the heap."""
    gc.collect()
    for _ in range(2):  # the list of the first time leaves holes itself as it grows
        _fill()


def settle() -> None:
    """To be called last, at the end of the top level."""
    fill_holes()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


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
