"""A virtual user in its scenario: which task sets it is in, and what it does next."""

from __future__ import annotations

from typing import Any

from . import outcome
from ._wit import vu
from .errors import (
    InterruptTaskSet,
    LocustError,
    RescheduleTask,
    RescheduleTaskImmediately,
    StopTest,
    StopUser,
)
from .plan import Leaf, Node, Scenario
from .tasks import TaskSet
from .wait import microseconds


class Frame:
    """A task set that the user is in."""

    __slots__ = ("node", "position", "task_set")

    def __init__(self, node: Node, parent: Any) -> None:
        self.node = node
        self.task_set: TaskSet = node.of(parent)
        #: Where in a sequence the user is; it entered with the first task.
        self.position = 1


class Vu:
    """One user from start to stop. A scenario without task sets takes the short way."""

    def __init__(self, scenario: Scenario, user: Any) -> None:
        self.scenario = scenario
        self.user = user
        self.frames: list[Frame] = []
        #: What a failed task would have been followed by; the host hears nothing of it then.
        self.due: Leaf | None = None
        #: Where the user is in its own tasks, if the guest keeps their order.
        self.position = 1
        #: Whether the guest names each next task, because the host's own order isn't that of the sets.
        self.guided = not scenario.in_order
        is_simple = scenario.is_flat and (scenario.in_order or not scenario.root.is_sequence)
        self.run = self._run_flat if is_simple else self._run_nested

    def stop(self) -> None:
        """Leaves all task sets, then ends the user."""
        while self.frames:
            self.frames.pop().task_set.on_stop()
        self.user.on_stop()

    def _run_flat(self, task: int) -> Any:
        try:
            result = self.scenario.functions[task](self.user)
        except (
            StopUser,
            RescheduleTask,
            RescheduleTaskImmediately,
            InterruptTaskSet,
            StopTest,
        ) as e:
            return self._steered(e)
        except Exception:
            self._wait_after_failure()
            raise
        if type(result) is outcome.Outcome:
            return self._asked_for(result)
        return self._own_pause() if self.scenario.own_wait else outcome.SCHEDULED

    def _steered(self, steer: Exception) -> Any:
        """The outcome of a task that ended with one of the exceptions that steer."""
        if isinstance(steer, RescheduleTaskImmediately):
            return outcome.AT_ONCE
        if isinstance(steer, RescheduleTask):
            return self._own_pause() if self.scenario.own_wait else outcome.SCHEDULED
        if isinstance(steer, InterruptTaskSet):
            raise LocustError("interrupt: the user is in no task set") from steer
        if isinstance(steer, StopTest):
            vu.abort(str(steer) or "a task raised StopTest")
        return outcome.STOP

    def _asked_for(self, result: outcome.Outcome) -> Any:
        """The outcome that a task returned."""
        wait = result.wait
        if wait is None and self.scenario.own_wait:
            wait = self.user.wait_time()
        task = None if result.task is None else self.scenario.root.find(result.task).index
        return outcome.outcome(task, wait)

    def _own_pause(self) -> Any:
        return outcome.outcome(None, self.user.wait_time())

    def _wait_after_failure(self) -> None:
        """A failed task has no outcome, so a pause that only the guest knows is made here."""
        pause = self._pause()
        if pause is not None:
            vu.sleep(microseconds(pause))

    def _pause(self) -> float | None:
        """The pause that the host doesn't know: of the innermost set, or the user's own method."""
        if self.frames:
            task_set = self.frames[-1].task_set
            if type(task_set).wait_time is not None:
                return task_set.wait_time()
        return self.user.wait_time() if self.scenario.own_wait else None

    # Within task sets

    def _run_nested(self, task: int) -> Any:
        leaf = self.due or self.scenario.leaves[task]
        self.due = None
        try:
            for node in leaf.path[len(self.frames) :]:
                self._enter(node)
            owner = self.frames[-1].task_set if self.frames else self.user
            result = leaf.function(owner)
        except InterruptTaskSet as interrupt:
            return self._leave(interrupt.reschedule)
        except RescheduleTaskImmediately:
            return self._next(leaf, 0)
        except (StopUser, StopTest) as e:
            return self._steered(e)
        except RescheduleTask:
            result = None
        except Exception:
            self._after_failure(leaf)
            raise
        if type(result) is outcome.Outcome:
            return self._asked_for_nested(leaf, result)
        return self._next(leaf, self._pause())

    def _enter(self, node: Node) -> None:
        parent = self.frames[-1].task_set if self.frames else self.user
        frame = Frame(node, parent)
        self.frames.append(frame)
        frame.task_set.on_start()

    def _leave(self, at_once: bool) -> Any:
        """Leaves the innermost set; its parent goes on."""
        if not self.frames:
            raise LocustError("interrupt: the user is in no task set")
        left = self.frames.pop()
        left.task_set.on_stop()
        if left.position % len(left.node.entries):
            self.guided = True  # it didn't end with the last task: the host is elsewhere
        return self._next(None, 0 if at_once else self._pause())

    def _next(self, leaf: Leaf | None, pause: float | None) -> Any:
        following = self._following(leaf)
        is_named = self.guided and following is not None
        return outcome.outcome(following.index if is_named else None, pause)

    def _following(self, leaf: Leaf | None) -> Leaf | None:
        """The task that follows in the innermost set; None: the host picks."""
        if not self.frames:
            return self._following_of_user()
        frame = self.frames[-1]
        queue = frame.task_set._queue
        if queue:
            self.guided = True
            return frame.node.find(queue.pop(0))
        following, frame.position = frame.node.after(leaf, frame.position)
        return following

    def _following_of_user(self) -> Leaf | None:
        root = self.scenario.root
        if root.is_sequence:
            following, self.position = root.after(None, self.position)
            return following
        return root.first() if self.scenario.in_order and self.guided else None

    def _after_failure(self, leaf: Leaf) -> None:
        """The host picks what follows a failed task, and may not know of the set: then it is replaced."""
        if self.frames and len(self.frames) < len(leaf.path):
            self.frames.pop()
            self.guided = True
        self._wait_after_failure()
        following = self._following(leaf)
        self.due = following if self.guided else None

    def _asked_for_nested(self, leaf: Leaf, result: outcome.Outcome) -> Any:
        pause = self._pause() if result.wait is None else result.wait
        if result.task is None:
            return self._next(leaf, pause)
        self.guided = True
        node = self.frames[-1].node if self.frames else self.scenario.root
        return outcome.outcome(node.find(result.task).index, pause)
