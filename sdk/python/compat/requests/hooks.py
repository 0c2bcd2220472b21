"""Events of a request that can be listened to."""

from typing import Any

HOOKS = ["response"]


def default_hooks() -> dict[str, list[Any]]:
    """None of any event."""
    return {event: [] for event in HOOKS}
