"""Chains, under the names that they have in Locust."""

from wasmswarm import MarkovTaskSet, transition, transitions

__all__ = ["MarkovTaskSet", "transition", "transitions"]
