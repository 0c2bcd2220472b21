"""Tasks and sets of tasks, as a locustfile declares them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ._wit import vu
from .errors import InterruptTaskSet, LocustError, MissingWaitTimeError

if TYPE_CHECKING:
    from .users import User

T = TypeVar("T", bound=Callable[..., Any] | type)


@overload
def task(weight: T) -> T: ...
@overload
def task(weight: int = 1) -> Callable[[T], T]: ...
def task(weight: Any = 1) -> Any:
    """Makes a method or a nested task set a task: `@task`, or `@task(3)` for three times as often.

    `@task(0)` is only run when a task names it: `return next_task(self.other)`.
    """
    if isinstance(weight, int):
        return lambda decorated: _mark_task(decorated, weight)
    return _mark_task(weight, 1)


def _mark_task(decorated: Any, weight: int) -> Any:
    name = decorated.__name__
    if name in ("on_start", "on_stop"):
        raise LocustError(f"@task on {name}: it would run as a task too; remove the decorator")
    if name == "run":
        raise LocustError("a task can't be called `run`: give it another name")
    decorated.locust_task_weight = weight
    return decorated


def tag(*tags: str) -> Callable[[T], T]:
    """Labels by which tasks can be picked; `key=value` also tags what the task records."""
    if not tags or not all(isinstance(name, str) for name in tags):
        raise ValueError('@tag needs at least one name: @tag("checkout")')

    def mark(decorated: T) -> T:
        known = getattr(decorated, "locust_tag_set", frozenset())
        decorated.locust_tag_set = known | frozenset(tags)  # type: ignore[union-attr]
        return decorated

    return mark


def gather(bases: tuple[type, ...], members: dict[str, Any]) -> list[Any]:
    """All tasks of a class, each as often as its weight: inherited, listed, then decorated ones."""
    tasks = _inherited(bases)
    if "tasks" in members:
        tasks += _listed(members["tasks"])
    for member in members.values():
        tasks += [member] * _weight(member)
    return tasks


def gather_in_order(bases: tuple[type, ...], members: dict[str, Any]) -> list[Any]:
    """The same with the listed tasks at the place of the list."""
    tasks = _inherited(bases)
    for name, member in members.items():
        tasks += _listed(member) if name == "tasks" else [member] * _weight(member)
    return tasks


def _inherited(bases: tuple[type, ...]) -> list[Any]:
    return [item for base in bases for item in getattr(base, "tasks", None) or []]


def reserve(of: type) -> list[Any]:
    """Tasks with the weight 0: none is ever drawn, but others may name them."""
    named: dict[str, Any] = {}
    for base in reversed(of.__mro__):
        named.update(vars(base))
    return [m for m in named.values() if getattr(m, "__dict__", {}).get("locust_task_weight") == 0]


def _weight(member: Any) -> int:
    return member.__dict__.get("locust_task_weight", 0) if hasattr(member, "__dict__") else 0


def _listed(tasks: Any) -> list[Any]:
    if isinstance(tasks, dict):
        return [item for item, weight in tasks.items() for _ in range(weight)]
    listed = []
    for item in tasks:
        item, weight = item if isinstance(item, tuple) else (item, 1)
        listed += [item] * weight
    return listed


class TaskSetMeta(type):
    """Gathers the tasks of a class."""

    def __new__(mcs, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> Any:
        members["tasks"] = gather(bases, members)
        return super().__new__(mcs, name, bases, members)


class TaskSet(metaclass=TaskSetMeta):
    """Tasks that a user runs until one of them calls `interrupt`."""

    tasks: list[Any] = []
    #: A pause of its own; without one the user's counts.
    wait_time: Any = None

    def __init__(self, parent: TaskSet | User) -> None:
        self._parent = parent
        self._user: User = parent.user if isinstance(parent, TaskSet) else parent
        self._queue: list[Any] = []
        self._last_start = vu.now() / 1_000_000

    @property
    def user(self) -> User:
        return self._user

    @property
    def parent(self) -> TaskSet | User:
        return self._parent

    @property
    def client(self) -> Any:
        return self._user.client  # type: ignore[attr-defined]

    def on_start(self) -> None:
        """Called when a user enters this task set."""

    def on_stop(self) -> None:
        """Called when a user leaves this task set."""

    def interrupt(self, reschedule: bool = True) -> None:
        """Hands back to the parent; `reschedule=False`: after its wait."""
        raise InterruptTaskSet(reschedule)

    def schedule_task(self, task_callable: Any, first: bool = False) -> None:
        """Makes a task of this set the next one."""
        if first:
            self._queue.insert(0, task_callable)
        else:
            self._queue.append(task_callable)

    def wait(self) -> None:
        """Pauses for the wait time, inside of the task."""
        wait = self.wait_time or self._user.wait_time
        if wait is None:
            raise MissingWaitTimeError(f"{type(self).__name__} has no wait_time")
        vu.sleep(round(wait() * 1_000_000))


class SequentialTaskSetMeta(TaskSetMeta):
    """Gathers the tasks of a class in the order of their declaration."""

    def __new__(mcs, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> Any:
        members["tasks"] = gather_in_order(bases, members)
        return type.__new__(mcs, name, bases, members)


class SequentialTaskSet(TaskSet, metaclass=SequentialTaskSetMeta):
    """Tasks that a user runs in their order, again and again."""


def transition(func_name: str, weight: int = 1) -> Callable[[T], T]:
    """One of the tasks that may follow this one, with its share."""
    return transitions({func_name: weight})


def transitions(weights: dict[str, int] | list[tuple[str, int] | str]) -> Callable[[T], T]:
    """The tasks that may follow this one, with their shares."""
    pairs = (
        weights.items()
        if isinstance(weights, dict)
        else [item if isinstance(item, tuple) else (item, 1) for item in weights]
    )

    def mark(decorated: T) -> T:
        known = getattr(decorated, "transitions", {})
        decorated.transitions = {**known, **dict(pairs)}  # type: ignore[union-attr]
        return decorated

    return mark


class MarkovTaskSetMeta(TaskSetMeta):
    """Checks a chain of tasks."""

    def __new__(mcs, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> Any:
        if bases == (TaskSet,) or members.get("abstract"):
            return super().__new__(mcs, name, bases, members)
        steps = [item for item in members.values() if hasattr(item, "transitions")]
        if not steps:
            raise LocustError(f"{name} has no task with @transition or @transitions")
        for step in steps:
            _check_step(name, members, step)
        members["tasks"] = steps
        return type.__new__(mcs, name, bases, members)


def _check_step(name: str, members: dict[str, Any], step: Any) -> None:
    if hasattr(step, "locust_tag_set"):
        raise LocustError(f"{name}.{step.__name__}: tasks of a MarkovTaskSet can't have tags")
    for target in step.transitions:
        if not hasattr(members.get(target), "transitions"):
            raise LocustError(
                f"{name}.{step.__name__}: transition to {target!r}, which is no task of {name} "
                "with transitions of its own"
            )


class MarkovTaskSet(TaskSet, metaclass=MarkovTaskSetMeta):
    """Tasks of which each says by chance which one follows. It begins with the first one."""

    abstract = True


def follow(step: Any) -> str:
    """Draws the name of the task that follows."""
    names = list(step.transitions)
    return random.choices(names, weights=list(step.transitions.values()))[0]
