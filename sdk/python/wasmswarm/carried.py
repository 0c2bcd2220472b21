"""What `setup` and `test_start` leave for the users.

Each user is an instance of its own that starts from the file's top level. So what a listener to
`test_start` changes in the file's globals, in its user classes or in the environment is found by
comparison, and goes to every user along with the data that `@setup` returned.
"""

from __future__ import annotations

import pickle
from typing import Any

from .errors import LocustError

#: A place that can be changed: which holder, and the name in it.
Place = tuple[str, str]
_PLAIN = (str, bytes, int, float, bool, type(None), list, dict, tuple, set, frozenset)
_OF_ENVIRONMENT = "environment"


def dump(value: Any) -> bytes:
    """A value as bytes; None as none."""
    return b"" if value is None else pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def load(data: bytes) -> Any:
    """The value again. The bytes are the plugin's own."""
    return pickle.loads(data) if data else None


def snapshot(modules: list[Any], environment: Any) -> dict[Place, Any]:
    """The plain values of all places, as they are now."""
    return {place: _fingerprint(value) for place, value in _places(_holders(modules, environment))}


def pack(setup_data: Any, before: dict[Place, Any], modules: list[Any], environment: Any) -> bytes:
    """The setup data with all that changed since the snapshot."""
    changed = {}
    for place, value in _places(_holders(modules, environment)):
        if place not in before or _fingerprint(value) != before[place]:
            changed[place] = _carry(place, value)
    return dump((setup_data, changed)) if changed or setup_data is not None else b""


def unpack(data: bytes, modules: list[Any], environment: Any) -> Any:
    """Puts the changes where they were made, and returns the setup data."""
    if not data:
        return None
    setup_data, changed = load(data)
    if changed:
        holders = dict(_holders(modules, environment))
        for (holder, name), value in changed.items():
            setattr(holders[holder], name, value)
    return setup_data


def _holders(modules: list[Any], environment: Any) -> list[tuple[str, Any]]:
    holders: list[tuple[str, Any]] = [(_OF_ENVIRONMENT, environment)]
    for module in modules:
        holders.append((module.__name__, module))
        for name, value in vars(module).items():
            if isinstance(value, type) and value.__module__ == module.__name__:
                holders.append((f"{module.__name__}.{name}", value))
    return holders


def _places(holders: list[tuple[str, Any]]) -> list[tuple[Place, Any]]:
    return [
        ((holder, name), value)
        for holder, of in holders
        for name, value in list(vars(of).items())
        if not name.startswith("__") and not callable(value) and not _is_of_sdk(value)
    ]


def _is_of_sdk(value: Any) -> bool:
    """Modules, and what this SDK put there: neither changes in `test_start`."""
    is_of_sdk = type(value).__module__.startswith("wasmswarm") and not isinstance(value, list)
    return type(value).__name__ == "module" or is_of_sdk


def _fingerprint(value: Any) -> Any:
    """Something that differs when the value does."""
    if isinstance(value, _PLAIN):
        try:
            return pickle.dumps(value)
        except Exception:
            pass
    return id(value)


def _carry(place: Place, value: Any) -> Any:
    try:
        pickle.dumps(value)
    except Exception:
        holder, name = place
        raise LocustError(
            f"test_start sets {holder}.{name} to a {type(value).__name__}, which can't go to the "
            "users: each is an instance of its own; make it in on_start, or leave plain data"
        ) from None
    return value
