"""Rounding as people do."""

import math


def proper_round(val: float, digits: int = 0) -> float:
    """Halves are rounded up."""
    return round(val + 10 ** (-len(str(val)) - 1), digits) if digits else math.floor(val + 0.5)
