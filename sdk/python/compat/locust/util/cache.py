"""Answers that are kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any


def memoize(timeout: float, dynamic_timeout: bool = False) -> Callable[..., Any]:
    """Calls the function at most once in so many seconds."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        kept: list[Any] = []

        @wraps(function)
        def wrapper(*arguments: Any, **options: Any) -> Any:
            if not kept or time.time() - kept[1] > timeout:
                kept[:] = [function(*arguments, **options), time.time()]
            return kept[0]

        return wrapper

    return decorate
