"""Files: those that the builder has put there while the top level runs, and none later."""

from __future__ import annotations

import builtins
import errno
import io
import os
from typing import Any, NoReturn

from .errors import Unsupported

#: Where the builder puts files, and reads what it is told.
_PROJECT = "/0"
_open = io.open


class NotGranted(Unsupported, PermissionError):
    """The operator grants no such file."""


def load(source: Any) -> None:
    """While the top level runs: a file that isn't here yet is asked for, and the builder begins anew with it."""

    def look(file: Any, mode: str = "r", *more: Any, **options: Any) -> Any:
        if isinstance(file, int) or set(mode) & set("wax+"):
            return _open(file, mode, *more, **options)
        path = os.path.abspath(os.fsdecode(file))
        if not os.path.exists(path):
            path = _elsewhere(source, path, file)
        return _open(path, mode, *more, **options)

    builtins.open = look  # type: ignore[assignment]
    io.open = look  # type: ignore[assignment]


def _elsewhere(source: Any, path: str, file: Any) -> str:
    """The place of a file that isn't where its name says."""
    place = path if path.startswith(f"{_PROJECT}/") else f"{_PROJECT}/granted{path}"
    if place in source.REFUSED:
        raise NotGranted(f"open({str(file)!r}): {source.REFUSED[place]}")
    if os.path.exists(place):
        return place
    if place in source.ABSENT:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), file)
    tell("needed", place)
    raise SystemExit(1)


def tell(what: str, line: str) -> None:
    """Leaves a line for the builder."""
    with _open(f"{_PROJECT}/{what}", "a") as file:
        file.write(f"{line}\n")


def _refuse(file: Any, *_: Any, **__: Any) -> NoReturn:
    raise Unsupported(
        f"open({str(file)!r}): a running plugin has no files; read it at the top level, which runs "
        "when the component is made, or grant its rows with --data NAME=FILE (`wasmswarm.data`)"
    )


def begin() -> None:
    """From now on."""
    builtins.open = _refuse  # type: ignore[assignment]
    io.open = _refuse  # type: ignore[assignment]
