"""Load scenarios for wasmswarm in Python, in Locust's shape and with what wasmswarm has beside it."""

from . import data, log, params, shared, vu
from .checking import check, group
from .errors import (
    CatchResponseError,
    DataError,
    DataExhausted,
    DataNotGranted,
    InterruptTaskSet,
    LocustError,
    MissingWaitTimeError,
    RescheduleTask,
    RescheduleTaskImmediately,
    ResponseError,
    SharedFull,
    StopTest,
    StopUser,
    Unsupported,
)
from .events import events
from .measuring import Counter, Gauge, Rate, Trend, record_request
from .native import abort, configure, scenario_data, setup, setup_data, teardown
from .outcome import Outcome, next_task
from .response import Response
from .shape import LoadTestShape
from .shape import Rate as RateTarget
from .tasks import (
    MarkovTaskSet,
    SequentialTaskSet,
    TaskSet,
    tag,
    task,
    transition,
    transitions,
)
from .users import FastHttpUser, HttpUser, User
from .wait import between, constant, constant_pacing, constant_throughput, poisson

__version__ = "0.1.0"

__all__ = [
    "CatchResponseError",
    "Counter",
    "DataError",
    "DataExhausted",
    "DataNotGranted",
    "FastHttpUser",
    "Gauge",
    "HttpUser",
    "InterruptTaskSet",
    "LoadTestShape",
    "LocustError",
    "MarkovTaskSet",
    "MissingWaitTimeError",
    "Outcome",
    "Rate",
    "RateTarget",
    "RescheduleTask",
    "RescheduleTaskImmediately",
    "Response",
    "ResponseError",
    "SequentialTaskSet",
    "SharedFull",
    "StopTest",
    "StopUser",
    "TaskSet",
    "Trend",
    "Unsupported",
    "User",
    "abort",
    "between",
    "check",
    "configure",
    "constant",
    "constant_pacing",
    "constant_throughput",
    "data",
    "events",
    "group",
    "log",
    "next_task",
    "params",
    "poisson",
    "record_request",
    "scenario_data",
    "setup",
    "setup_data",
    "shared",
    "tag",
    "task",
    "teardown",
    "transition",
    "transitions",
    "vu",
]
