"""From the classes of a locustfile to the scenarios of a plugin.

The host knows a list of tasks per scenario. Task sets within are laid flat: every function, however
deep, is a task of the scenario. Those that a user can begin with have weights, so that the host's draw
has the same odds as Locust's; the others have weight 0 and run when the guest names them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from ._wit import exported
from .errors import LocustError
from .tasks import MarkovTaskSet, SequentialTaskSet, TaskSet, follow, reserve
from .wait import WaitTime

#: The largest weight that the contract has room for.
_MAX_WEIGHT = 2**32 - 1


class Leaf:
    """A function that is a task: its place in the host's list and the sets that it lies in."""

    __slots__ = ("function", "index", "name", "path", "share", "tags")

    def __init__(self, function: Any, path: tuple[Node, ...], tags: frozenset[str]) -> None:
        self.function = function
        self.path = path
        self.tags = tags | getattr(function, "locust_tag_set", frozenset())
        self.name = getattr(function, "__name__", type(function).__name__)
        self.share = Fraction(0)
        self.index = -1


class Node:
    """A user class, or a task set at one place in it."""

    def __init__(self, of: Any, path: tuple[Node, ...], tags: frozenset[str]) -> None:
        self.of = of
        self.path = (*path, self) if issubclass(of, TaskSet) else path
        tags = tags | getattr(of, "locust_tag_set", frozenset())
        members: dict[int, Leaf | Node] = {}
        for task in [*of.tasks, *reserve(of)]:
            if id(task) not in members:
                members[id(task)] = self._member(task, tags)
        if not of.tasks:
            raise LocustError(f"{of.__name__} has no tasks: mark a method with @task")
        #: The members, each as often as its weight.
        self.entries = [members[id(task)] for task in of.tasks]
        self.members = list(members.values())
        self.is_sequence = issubclass(of, SequentialTaskSet) or (
            getattr(of, "order", "random") == "sequential"
        )
        self.is_chain = issubclass(of, MarkovTaskSet)
        self.is_flat = all(isinstance(member, Leaf) for member in self.members)

    def _member(self, task: Any, tags: frozenset[str]) -> Leaf | Node:
        if isinstance(task, type):
            if not issubclass(task, TaskSet):
                raise LocustError(f"{task.__name__} is a task of {self.of.__name__} but no TaskSet")
            return Node(task, self.path, tags)
        return Leaf(task, self.path, tags)

    def leaves(self) -> Iterator[Leaf]:
        """All functions within, in their order."""
        for member in self.members:
            if isinstance(member, Leaf):
                yield member
            else:
                yield from member.leaves()

    def share_out(self, share: Fraction) -> None:
        """Gives each function that may come first the odds that it does."""
        if self.is_sequence or self.is_chain:
            self._give(self.entries[0], share)
            return
        for member in self.members:
            self._give(member, share * self.entries.count(member) / len(self.entries))

    @staticmethod
    def _give(member: Leaf | Node, share: Fraction) -> None:
        if isinstance(member, Leaf):
            member.share = share
        else:
            member.share_out(share)

    def first(self) -> Leaf:
        """Draws the function that a user begins with here."""
        ordered = self.is_sequence or self.is_chain
        return first_of(self.entries[0] if ordered else random.choice(self.entries))

    def find(self, task: Any) -> Leaf:
        """The function that `schedule_task`, `next_task` or a transition names."""
        wanted = getattr(task, "__func__", task)
        for member in self.members:
            of = member.function if isinstance(member, Leaf) else member.of
            if of is wanted or getattr(of, "__name__", None) == wanted:
                return first_of(member)
        name = wanted if isinstance(wanted, str) else getattr(wanted, "__name__", repr(wanted))
        raise LocustError(f"{self.of.__name__} has no task {name}")

    def after(self, leaf: Leaf | None, position: int) -> tuple[Leaf, int]:
        """The function that follows one of this set, and its position in a sequence."""
        if self.is_sequence:
            position %= len(self.entries)
            return first_of(self.entries[position]), position + 1
        if self.is_chain and leaf is not None:
            return self.find(follow(leaf.function)), 0
        return first_of(random.choice(self.entries)), 0


def first_of(member: Leaf | Node) -> Leaf:
    """The function itself, or one that a set begins with."""
    return member if isinstance(member, Leaf) else member.first()


class Scenario:
    """One user class in the host's terms."""

    def __init__(self, user_class: Any) -> None:
        self.user_class = user_class
        self.name = user_class.__name__
        self.root = Node(user_class, (), frozenset())
        self.leaves = list(self.root.leaves())
        self.functions = [leaf.function for leaf in self.leaves]
        self.is_flat = self.root.is_flat
        for index, leaf in enumerate(self.leaves):
            leaf.index = index
        _name_apart(self.leaves)
        #: Whether the host's own order is that of the tasks.
        self.in_order = _is_in_order(self.root)
        self.host_wait = _host_wait(user_class)
        #: Whether the pause after each task has to be asked for in the guest.
        self.own_wait = user_class.wait_time is not None and self.host_wait is None

    def info(self, weight: int) -> Any:
        """What the host is told."""
        count = int(self.user_class.fixed_count or 0)
        population = (
            exported.Population_Fixed(count) if count else exported.Population_Weight(weight)
        )
        order = exported.TaskOrder.SEQUENTIAL if self.in_order else exported.TaskOrder.RANDOM
        wait = self.host_wait or exported.WaitTime_None_()
        return exported.ScenarioInfo(self.name, population, order, wait, self._tasks())

    def _tasks(self) -> list[Any]:
        return [
            exported.TaskInfo(leaf.name, weight, sorted(leaf.tags))
            for leaf, weight in zip(self.leaves, self._weights(), strict=True)
        ]

    def _weights(self) -> list[int]:
        if self.in_order or (self.is_flat and not self.root.is_sequence):
            entries = _innermost(self.root).entries
            return [entries.count(leaf) for leaf in self.leaves]
        self.root.share_out(Fraction(1))
        return whole_numbers([leaf.share for leaf in self.leaves])


def _innermost(root: Node) -> Node:
    """The only task set of a user that has nothing else, or the user."""
    only = root.entries[0]
    return only if len(root.entries) == 1 and isinstance(only, Node) else root


def _is_in_order(root: Node) -> bool:
    """Whether there is one sequence of functions, in which repeats follow one another."""
    node = _innermost(root)
    if not (node.is_sequence and node.is_flat):
        return False
    in_blocks = [leaf for leaf in node.members for _ in range(node.entries.count(leaf))]
    return in_blocks == node.entries


def _name_apart(leaves: list[Leaf]) -> None:
    """Names must be unique: functions of the same name have their sets before it, or a number after."""
    _rename(leaves, lambda leaf, _: ".".join([*(n.of.__name__ for n in leaf.path), leaf.name]))
    _rename(leaves, lambda leaf, index: f"{leaf.name}_{index + 1}")


def _rename(leaves: list[Leaf], name: Any) -> None:
    names = [leaf.name for leaf in leaves]
    for index, leaf in enumerate(leaves):
        if names.count(leaf.name) > 1:
            leaf.name = name(leaf, index)


def _host_wait(user_class: Any) -> Any:
    wait = user_class.__dict__.get("wait_time") or user_class.wait_time
    return wait.on_host if isinstance(wait, WaitTime) else None


def whole_numbers(shares: list[Fraction]) -> list[int]:
    """Whole numbers in the same proportions, as small as they can be."""
    scale = math.lcm(*(share.denominator for share in shares))
    numbers = [int(share * scale) for share in shares]
    divisor = math.gcd(*numbers) or 1
    numbers = [number // divisor for number in numbers]
    largest = max(numbers)
    if largest > _MAX_WEIGHT:
        shrink = Fraction(_MAX_WEIGHT, largest)
        numbers = [max(1, int(number * shrink)) if number else 0 for number in numbers]
    return numbers


def infos(scenarios: list[Scenario]) -> list[Any]:
    """All scenarios as the host is told of them."""
    weights = [scenario.user_class.weight for scenario in scenarios]
    if not all(isinstance(weight, int) for weight in weights):
        weights = whole_numbers([Fraction(w).limit_denominator(1000) for w in weights])
    return [scenario.info(weight) for scenario, weight in zip(scenarios, weights, strict=True)]
