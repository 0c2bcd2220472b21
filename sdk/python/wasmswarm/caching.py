"""Keeps what the generator does from filling Python's caches."""

from __future__ import annotations

from typing import Any


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
