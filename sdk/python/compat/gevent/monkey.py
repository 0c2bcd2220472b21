"""Patching, of which there is nothing to do: `time.sleep` lets other users go on already."""

from typing import Any


def patch_all(*_: Any, **__: Any) -> None:
    """Nothing."""
