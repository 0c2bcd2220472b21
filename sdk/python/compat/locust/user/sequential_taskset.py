"""Sequences, under the name that they have in Locust."""

from wasmswarm import SequentialTaskSet

__all__ = ["SequentialTaskSet"]
