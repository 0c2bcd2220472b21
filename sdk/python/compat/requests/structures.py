"""Dictionaries of `requests`."""

from typing import Any

from wasmswarm.headers import CaseInsensitiveDict


class LookupDict(dict[str, Any]):
    """Attributes by name, None for those that there are none of."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name
        super().__init__()

    def __repr__(self) -> str:
        return f"<lookup '{self.name}'>"

    def __getitem__(self, key: str) -> Any:
        return self.__dict__.get(key)

    def get(self, key: str, default: Any = None) -> Any:
        return self.__dict__.get(key, default)


__all__ = ["CaseInsensitiveDict", "LookupDict"]
