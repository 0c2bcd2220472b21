"""Metrics of one's own: make them once, at the top of the file."""

from __future__ import annotations

from . import request
from ._wit import metrics
from .events import record_request

__all__ = ["Counter", "Gauge", "Rate", "Trend", "record_request"]


class _Metric:
    """A metric's name and type."""

    kind: metrics.MetricType

    def __init__(self, name: str) -> None:
        self.name = name

    def add(self, value: float = 1, **tags: str) -> None:
        """Adds a value, with tags that split the results."""
        pairs = list(tags.items()) if tags else request.NONE
        metrics.add(self.name, self.kind, float(value), pairs)


class Counter(_Metric):
    """Values are added up."""

    kind = metrics.MetricType.COUNTER


class Gauge(_Metric):
    """The last value counts."""

    kind = metrics.MetricType.GAUGE

    def set(self, value: float, **tags: str) -> None:
        """The value from now on."""
        self.add(value, **tags)


class Rate(_Metric):
    """The share of values that aren't 0 or False."""

    kind = metrics.MetricType.RATE


class Trend(_Metric):
    """The distribution of values; none below 0."""

    kind = metrics.MetricType.TREND
