"""Wait times, under the names that they have in Locust."""

from wasmswarm.wait import between, constant, constant_pacing, constant_throughput, poisson

__all__ = ["between", "constant", "constant_pacing", "constant_throughput", "poisson"]
