"""Leaves the heap so that a running user writes to few pages.

All users share one image of memory, page by page, until they write. After Python has started, every
page of the heap has holes, and new objects would be put there: soon each user had a copy of most
pages. So the holes are filled, with bytes that nobody touches any more, and what a user makes lies
close together on new pages. What is there already is hidden from the garbage collector.

It is done twice: before the SDK is loaded, so that what is used all the time lies together, and at
the end.

Counting a reference to an object is a write, too. So a list of all objects is left in the memory, and
whoever builds the component makes them immortal: that is a matter of a few bits, but of bits that no
program in Python reaches. The list also keeps all of them, so that none is gone by then.
"""

from __future__ import annotations

import gc
import sys
from array import array
from types import CodeType

#: Larger than any hole.
_HUGE = 1 << 20
#: From large to small, so that what is left of a hole is filled by the smaller ones.
_SIZES = [*(1 << power for power in range(17, 11, -1)), *range(2048, 16, -16)]
_OVERHEAD = sys.getsizeof(b"")
#: Never reached: so many blocks would be a sign that the allocator works differently.
_MOST = 400_000

_ballast: list[object] = []

#: What comes before the address of the list, 4 bytes. It is put together there only, so that it is
#: nowhere else in the memory.
_MARK = b"\x1ewasmswarm", b" objects\x1e"
#: The list of all objects, and where it is.
_kept: list[object] = []


def fill_holes() -> None:
    """What is made after this call lies together, at the end of the heap."""
    gc.collect()
    for _ in range(2):  # the list of the first time leaves holes itself as it grows
        _fill()


def settle() -> None:
    """To be called last, at the end of the top level."""
    gc.collect()
    objects = _all_objects()
    _kept.append(objects)
    _kept.append(b"".join((*_MARK, array("I", [id(objects)]))))
    fill_holes()
    gc.freeze()
    gc.set_threshold(10_000, 20, 100)


def _all_objects() -> list[object]:
    """Those that the garbage collector knows, and each that can be reached from one of them."""
    # One list, which grows while it is gone through: what is left of others would be in every component.
    found = gc.get_objects()
    # One bit for 8 bytes of memory, as objects don't begin closer.
    seen = bytearray(max(map(id, found)) // 64 + 1)

    def is_new(one: object) -> bool:
        byte, bit = id(one) // 64, 1 << id(one) // 8 % 8
        if byte >= len(seen):
            seen.extend(bytes(byte + _HUGE // 64 - len(seen)))
        if seen[byte] & bit:
            return False
        seen[byte] |= bit
        return True

    for one in found:
        is_new(one)
    for one in found:
        parts = _parts_of(one) if isinstance(one, CodeType) else gc.get_referents(one)
        found.extend(filter(is_new, parts))
    return found


def _parts_of(code: CodeType) -> list[object]:
    """What `gc.get_referents` would say if the collector knew code."""
    texts = (code.co_filename, code.co_name, code.co_qualname, code.co_linetable)
    names = (*code.co_varnames, *code.co_cellvars, *code.co_freevars)
    return [*texts, code.co_exceptiontable, code.co_names, code.co_consts, *names]


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
