"""Users and tasks, under the names that they have in Locust."""

from wasmswarm import HttpUser, TaskSet, User, tag, task

__all__ = ["HttpUser", "TaskSet", "User", "tag", "task"]
