"""Copies of packages that a locustfile imports, for the componentizer: the folder itself is never shown to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reaching import Elsewhere, Reach

#: All packages of a locustfile together.
MOST_FILES = 20_000
MOST_BYTES = 512 * 1024 * 1024

_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)|import[ \t]+([^\n#]+))", re.MULTILINE)
_NAME = re.compile(rb"[A-Za-z_]\w*")


class TooMuch(Exception):
    """Packages are larger than any that make sense here."""


def copy(folder: Path, wanted: set[str], target: Path, reach: Reach) -> list[Path]:
    """Copies what is imported, and what that imports of the same folder. Returns the files that were read."""
    read: list[Path] = []
    size = 0
    done: set[str] = set()
    waiting = sorted(wanted)
    while waiting:
        name = waiting.pop()
        if name in done:
            continue
        done.add(name)
        for file in _files_of(folder, name):
            try:
                content = reach.read(file)
            except (Elsewhere, OSError):
                continue  # a link that leads out of it, or what isn't a file
            size += len(content)
            read.append(file)
            if len(read) > MOST_FILES or size > MOST_BYTES:
                raise TooMuch(f"{folder}: its packages have more than {MOST_FILES} files or 512 MiB")
            place = target / file.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            if file.suffix == ".py":
                waiting += [other for other in _imported(content) if _is_there(folder, other)]
    return read


def _files_of(folder: Path, name: str) -> Iterator[Path]:
    """The files of one name: a module, a package, and what is known of its distribution."""
    module = folder / f"{name}.py"
    if module.is_file():
        yield module
    like = name.replace("_", "[-_.]")
    for found in [folder / name, *sorted(folder.glob(f"{like}-*.dist-info"))]:
        for file in sorted(found.rglob("*")) if found.is_dir() else []:
            if "__pycache__" not in file.parts and file.is_file():
                yield file


def _imported(content: bytes) -> Iterator[str]:
    for first, names in _IMPORT.findall(content):
        for name in [first] if first else names.split(b","):
            found = _NAME.match(name.strip())
            if found:
                yield found[0].decode()


def _is_there(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()
