"""Chains, under the names that they have in Locust."""

from wasmswarm.errors import LocustError
from wasmswarm.tasks import MarkovTaskSet, MarkovTaskSetMeta, transition, transitions

#: What is wrong with a chain is said by one kind of error.
InvalidTransitionError = NoMarkovTasksError = LocustError
NonMarkovTaskTransitionError = MarkovTaskTagError = LocustError

__all__ = [
    "InvalidTransitionError",
    "MarkovTaskSet",
    "MarkovTaskSetMeta",
    "MarkovTaskTagError",
    "NoMarkovTasksError",
    "NonMarkovTaskTransitionError",
    "transition",
    "transitions",
]
