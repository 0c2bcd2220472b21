"""Headers by name, whatever the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any


class CaseInsensitiveDict(MutableMapping[str, str]):
    """A dictionary that finds `Content-Type` as `content-type`."""

    def __init__(self, data: Any = None, **more: str) -> None:
        self._items: dict[str, tuple[str, str]] = {}
        self.update(data or {}, **more)

    @classmethod
    def joined(cls, pairs: Iterable[tuple[str, str]]) -> CaseInsensitiveDict:
        """Of headers as they were received: those of the same name are one."""
        made = cls()
        for name, value in pairs:
            known = made._items.get(name.lower())
            made._items[name.lower()] = (name, f"{known[1]}, {value}" if known else value)
        return made

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

    def lower_items(self) -> Iterator[tuple[str, str]]:
        """Names in lower case, with their values."""
        return ((name, value) for name, (_, value) in self._items.items())

    def copy(self) -> CaseInsensitiveDict:
        """Another one with the same headers."""
        return CaseInsensitiveDict(self.pairs())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return dict(self.lower_items()) == dict(CaseInsensitiveDict(other).lower_items())

    __hash__ = None  # type: ignore[assignment]

    def pairs(self) -> list[tuple[str, str]]:
        """All of them, as the contract takes them."""
        return list(self._items.values())

    def __repr__(self) -> str:
        return str(dict(self._items.values()))
