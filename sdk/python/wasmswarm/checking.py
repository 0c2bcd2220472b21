"""Checks, which are counted and never enforced, and groups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from . import request
from ._wit import checks, vu


def check(name: str, passed: object, **tags: str) -> bool:
    """Counts a pass or a failure under this name, and returns which: `check("has items", items)`."""
    if tags:
        return checks.check(name, bool(passed), list(tags.items()))
    return checks.check(name, bool(passed), request.NONE)


@contextmanager
def group(name: str) -> Iterator[None]:
    """What the block records has the tag `group`, and how long it takes is the trend `group_duration`."""
    vu.enter_group(name)
    try:
        yield
    finally:
        vu.leave_group()
