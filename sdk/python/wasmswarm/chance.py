"""Generators of random numbers that the top level made, such as `random.Random()` or Faker's.

All users begin where the top level ended, so they would all draw the same numbers, whatever the run's
seed. So those without a seed of their own get one when the user begins. (`random` itself gets one from
the host already.)
"""

from __future__ import annotations

import random
from typing import Any

_seed = random.Random.seed
#: Those that the top level gave no seed.
_unseeded: dict[int, random.Random] = {}


def install() -> None:
    """While the top level runs."""

    def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
        _seed(self, a, version)
        if a is None:
            _unseeded[id(self)] = self
        else:
            _unseeded.pop(id(self), None)

    random.Random.seed = seed  # type: ignore[method-assign]


def settle() -> None:
    """It has run."""
    random.Random.seed = _seed  # type: ignore[method-assign]


def begin() -> None:
    """Once per instance: seeds that the run's seed decides."""
    for generator in _unseeded.values():
        _seed(generator, random.getrandbits(64))
