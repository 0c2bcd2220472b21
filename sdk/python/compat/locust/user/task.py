"""Tasks, under the names that they have in Locust."""

from wasmswarm import TaskSet, tag, task

__all__ = ["TaskSet", "tag", "task"]
