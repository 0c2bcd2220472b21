"""What the operator passed with `-e NAME=value`."""

from __future__ import annotations

from typing import overload

from ._wit import params as host


@overload
def get(name: str, default: str) -> str: ...
@overload
def get(name: str, default: None = None) -> str | None: ...
def get(name: str, default: str | None = None) -> str | None:
    """The value of one parameter."""
    value = host.get(name)
    return default if value is None else value


def everything() -> dict[str, str]:
    """All parameters."""
    return dict(host.all())
