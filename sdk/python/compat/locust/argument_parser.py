"""The parser of a file's own arguments, under the name that it has in Locust."""

from wasmswarm.environment import ArgumentParser

LocustArgumentParser = ArgumentParser

__all__ = ["LocustArgumentParser"]
