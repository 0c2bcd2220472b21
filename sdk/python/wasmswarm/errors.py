"""What can go wrong, and the exceptions that steer a user through its tasks."""


class LocustError(Exception):
    """A mistake in how the SDK is used."""


class Unsupported(LocustError):
    """Something of Locust that doesn't exist here; the text names it and the alternative."""


class ResponseError(Exception):
    """Raised in a `with` block: the response counts as failed."""


class CatchResponseError(Exception):
    """A response that was marked as failed."""


class MissingWaitTimeError(LocustError):
    """`wait()` was called by a user without a wait time."""


class DataError(LocustError):
    """There is no such row."""


class DataNotGranted(DataError):
    """The operator granted no data set of this name."""


class DataExhausted(DataError):
    """All rows were taken."""


class SharedFull(LocustError):
    """The run's shared state has no room for this value."""


class InterruptTaskSet(Exception):
    """Leaves the task set; `reschedule`: the parent goes on at once, without its wait."""

    def __init__(self, reschedule: bool = True) -> None:
        super().__init__(reschedule)
        self.reschedule = reschedule


class StopUser(Exception):
    """Ends this user; it is not replaced."""


class StopTest(Exception):
    """Ends the whole run."""


class RescheduleTask(Exception):
    """Ends the task as if it had returned."""


class RescheduleTaskImmediately(Exception):
    """Ends the task; the next one begins without a wait."""


class RunStopped(BaseException):
    """The run ended while a request was under way: not the task's failure."""
