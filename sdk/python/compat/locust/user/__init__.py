"""Users and tasks, under the names that they have in Locust."""

from wasmswarm import HttpUser, TaskSet, User, tag, task
from wasmswarm.users import UserMeta

from . import markov_taskset, sequential_taskset, wait_time
from . import task as _task
from . import users as _users

__all__ = [
    "HttpUser",
    "TaskSet",
    "User",
    "UserMeta",
    "markov_taskset",
    "sequential_taskset",
    "tag",
    "task",
    "wait_time",
]
