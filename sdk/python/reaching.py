"""Which files of the operator's the build may read for a script: what `wasmswarm` tells it.

The script's own folder, the folder in which the command was typed if the script lies in there, and what
the operator granted. The names are decided first, so that nobody learns whether other files exist.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: The most bytes of one file.
MOST_BYTES = 64 * 1024 * 1024


class Elsewhere(Exception):
    """The file isn't one that may be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"a script reads its own folder, and the one in which the command was typed if it lies in "
            f"there; `--allow-read {folder}` lets it read that folder too"
        )


@dataclass
class Reach:
    """The places that may be read, each with all that is in it."""

    places: list[dict[str, Any]] = field(default_factory=list)
    parameters: list[tuple[str, str]] = field(default_factory=list)

    @staticmethod
    def of(orders: Path | None, own: Path) -> Reach:
        """As the builder was told; by hand, the script's own folder."""
        if orders is None:
            real = str(own.resolve())
            return Reach([{"names": [plain(own), real], "without_hidden": False}])
        told = json.loads(orders.read_text())
        return Reach(told["reach"]["places"], [tuple(pair) for pair in told["parameters"]])

    def names(self, path: Path | str) -> bool:
        """Whether something of this name may be looked for: by the name alone."""
        return any(_has(place, plain(path)) for place in self.places)

    def has_file(self, path: Path) -> bool:
        """Whether there is a file of this name. Whether it may be read shows when it is."""
        return self.names(path) and path.is_file()

    def has_folder(self, path: Path) -> bool:
        """Whether there is a folder that may be read."""
        return self.names(path) and path.is_dir() and self.names(os.path.realpath(path))

    def read(self, path: Path) -> bytes:
        """A file's content. What is opened is what was checked, whoever changes links meanwhile."""
        if not self.names(path):
            raise Elsewhere(Path(plain(path)).parent)
        real = os.path.realpath(path)
        if not self.names(real):
            raise Elsewhere(Path(real).parent)
        file = _open_exactly(real)
        with os.fdopen(file, "rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise OSError(f"it has more than {MOST_BYTES >> 20} MiB")
        return content


def plain(path: Path | str) -> str:
    """The whole path, with every `.` and `..` resolved by name only."""
    return os.path.normpath(os.path.join(os.getcwd(), path))


def _has(place: dict[str, Any], path: str) -> bool:
    for name in place["names"]:
        if path == name or path.startswith(name.rstrip("/") + "/"):
            inside = path[len(name) :].split("/")
            return not (place["without_hidden"] and any(part.startswith(".") for part in inside))
    return False


def _open_exactly(real: str) -> int:
    """Opens a path that has no links in it, and fails if it has one by now."""
    if os.open not in os.supports_dir_fd:
        return os.open(real, os.O_RDONLY)
    search = getattr(os, "O_PATH", os.O_RDONLY)
    folder, last = os.path.split(real)
    at = os.open("/", search | os.O_DIRECTORY)
    try:
        for part in [part for part in folder.split("/") if part]:
            inner = os.open(part, search | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        file = os.open(last, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=at)
    finally:
        os.close(at)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("it isn't a file with content")
    return file
