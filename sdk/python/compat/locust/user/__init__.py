"""Users and tasks, under the names that they have in Locust."""

from wasmswarm import HttpUser, TaskSet, User, tag, task
from wasmswarm.users import UserMeta

from . import markov_taskset, sequential_taskset, users, wait_time

__all__ = [
    "HttpUser",
    "TaskSet",
    "User",
    "UserMeta",
    "markov_taskset",
    "sequential_taskset",
    "tag",
    "task",
    "users",
    "wait_time",
]
