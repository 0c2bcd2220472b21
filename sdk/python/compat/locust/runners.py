"""Kinds of runners, for files that ask which one they have: always a local one."""

from wasmswarm.environment import Runner

STATE_INIT = "ready"
STATE_SPAWNING = "spawning"
STATE_RUNNING = "running"
STATE_CLEANUP = "cleanup"
STATE_STOPPING = "stopping"
STATE_STOPPED = "stopped"
STATE_MISSING = "missing"

LocalRunner = Runner


class DistributedRunner:
    """There is none: how many machines share a run is not the file's business."""


class MasterRunner(DistributedRunner):
    """There is none."""


class WorkerRunner(DistributedRunner):
    """There is none."""


__all__ = ["DistributedRunner", "LocalRunner", "MasterRunner", "Runner", "WorkerRunner"]
