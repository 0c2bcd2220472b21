"""Headers by name, whatever the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any


class CaseInsensitiveDict(MutableMapping[str, str]):
    """A dictionary that finds `Content-Type` as `content-type`. Repeated headers are joined."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = (), **more: str) -> None:
        self._items: dict[str, tuple[str, str]] = {}
        for name, value in pairs.items() if hasattr(pairs, "items") else pairs:
            known = self._items.get(name.lower())
            self._items[name.lower()] = (name, f"{known[1]}, {value}" if known else value)
        self.update(more)

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()][1]

    def __setitem__(self, name: str, value: str) -> None:
        self._items[name.lower()] = (name, value)

    def __delitem__(self, name: str) -> None:
        del self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: Any) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def pairs(self) -> list[tuple[str, str]]:
        """All of them, as the contract takes them."""
        return list(self._items.values())

    def __repr__(self) -> str:
        return repr(dict(self._items.values()))
