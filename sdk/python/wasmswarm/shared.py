"""Counters, queues and keys that all users of a run share, on all machines.

Values go in as text or bytes and come out as text; the functions with `_bytes` give them as they are.
"""

from __future__ import annotations

from ._wit import Err
from ._wit import shared as host
from .errors import SharedFull

Value = str | bytes


def add(name: str, delta: int = 1) -> int:
    """Adds to a counter, and returns its new value."""
    return host.add(name, delta)


def total(name: str) -> int:
    """The value of a counter; 0 if nothing was added."""
    return host.total(name)


def push(name: str, value: Value) -> None:
    """Puts a value at the end of a queue."""
    try:
        host.push(name, _bytes(value))
    except Err as error:
        raise _full(name, error) from None


def pop(name: str) -> str | None:
    """Takes the value at the front of a queue; None if it is empty."""
    return _text(host.pop(name))


def pop_bytes(name: str) -> bytes | None:
    """As `pop`."""
    return host.pop(name)


def length(name: str) -> int:
    """How many values a queue holds."""
    return host.length(name)


def write(key: str, value: Value) -> None:
    """Sets the value of a key."""
    try:
        host.write(key, _bytes(value))
    except Err as error:
        raise _full(key, error) from None


def read(key: str) -> str | None:
    """The value of a key, if it has one."""
    return _text(host.read(key))


def read_bytes(key: str) -> bytes | None:
    """As `read`."""
    return host.read(key)


def remove(key: str) -> bool:
    """Removes a key, and returns whether it had a value."""
    return host.remove(key)


def write_new(key: str, value: Value) -> bool:
    """Sets the value of a key only if it has none, and returns whether it did."""
    try:
        return host.write_new(key, _bytes(value))
    except Err as error:
        raise _full(key, error) from None


def compare_and_set(key: str, expected: Value, value: Value) -> bool:
    """Sets the value of a key only if it has the expected one, and returns whether it did."""
    try:
        return host.compare_and_set(key, _bytes(expected), _bytes(value))
    except Err as error:
        raise _full(key, error) from None


def _bytes(value: Value) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="replace")


def _full(name: str, error: Err) -> SharedFull:
    if error.value is host.Error.TOO_LARGE:
        return SharedFull(f"{name}: a shared value has at most 64 KiB")
    return SharedFull(f"{name}: the run's shared state is full")
