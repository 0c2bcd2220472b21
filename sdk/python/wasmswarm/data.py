"""Rows of the files that the operator granted with `--data NAME=FILE`.

A row is a dictionary from column to text.
"""

from __future__ import annotations

from typing import Literal

from ._wit import Err
from ._wit import data as host
from .errors import DataExhausted, DataNotGranted

Row = dict[str, str]
Pick = Literal["sequential", "shuffled", "random", "per-vu"]

_PICKS = {
    "sequential": host.Pick.SEQUENTIAL,
    "shuffled": host.Pick.SHUFFLED,
    "random": host.Pick.RANDOM,
    "per-vu": host.Pick.PER_VU,
}


def row(name: str, pick: Pick = "sequential", wrap: bool = True) -> Row:
    """The row for this iteration. `wrap=False`: after the last one comes `DataExhausted`."""
    at_end = host.AtEnd.WRAP if wrap else host.AtEnd.STOP
    try:
        return dict(host.row(name, _PICKS[pick], at_end))
    except Err as error:
        raise _error(name, error) from None


def unique(name: str) -> Row:
    """A row that no other iteration gets; `DataExhausted` when all were taken."""
    return row(name, wrap=False)


def own(name: str) -> Row:
    """The row that is this user's alone, always the same; `DataExhausted` if there are too few."""
    return row(name, "per-vu", wrap=False)


def any_row(name: str) -> Row:
    """Any row, drawn by chance."""
    return row(name, "random")


def get(name: str, index: int) -> Row:
    """The row of this number, from 0."""
    try:
        return dict(host.get(name, index))
    except Err as error:
        raise _error(name, error) from None


def count(name: str) -> int:
    """How many rows there are."""
    try:
        return host.count(name)
    except Err as error:
        raise _error(name, error) from None


def _error(name: str, error: Err) -> DataExhausted | DataNotGranted:
    if error.value is host.Error.NOT_GRANTED:
        return DataNotGranted(f"no data set {name!r}: grant it with --data {name}=FILE")
    return DataExhausted(f"data set {name!r} has no row left")
