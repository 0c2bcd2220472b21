"""Tasks, under the names that they have in Locust."""

from wasmswarm.tasks import TaskSet, TaskSetMeta, tag, task

LOCUST_STATE_RUNNING, LOCUST_STATE_WAITING, LOCUST_STATE_STOPPING = "running", "waiting", "stopping"
#: Tasks of a user itself are in a set of this name in Locust.
DefaultTaskSet = TaskSet

__all__ = ["DefaultTaskSet", "TaskSet", "TaskSetMeta", "tag", "task"]
