"""Load shapes, under the name that they have in Locust."""

from wasmswarm.shape import LoadTestShape

__all__ = ["LoadTestShape"]
