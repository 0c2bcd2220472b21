"""Sequences, under the names that they have in Locust."""

from wasmswarm.tasks import SequentialTaskSet, SequentialTaskSetMeta

__all__ = ["SequentialTaskSet", "SequentialTaskSetMeta"]
