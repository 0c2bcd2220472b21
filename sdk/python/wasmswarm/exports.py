"""The component's exports: what the host calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import carried, loader, outcome, sharing, trace
from ._wit import Err, vu
from .errors import RunStopped, StopTest, StopUser
from .events import events
from .native import setups
from .response import _first, _newest, new_call
from .running import Vu


class Scenario:
    """One instance of the component is one virtual user, or one of the calls around the run."""

    def describe(self) -> Any:
        return loader.plugin.description

    def setup(self) -> bytes:
        return _reported(_set_up)

    def teardown(self, setup_data: bytes) -> None:
        _reported(_tear_down, setup_data)

    def setup_scenario(self, scenario: int, setup_data: bytes) -> bytes:
        return _reported(_set_up_scenario, scenario, setup_data)

    def teardown_scenario(self, scenario: int, scenario_data: bytes) -> None:
        _reported(_tear_down_scenario, scenario, scenario_data)

    def shape(self, elapsed: int, users: int) -> Any:
        return _reported(_shape, elapsed, users)

    def on_start(self, scenario: int, setup_data: bytes, scenario_data: bytes) -> None:
        _reported(_start, scenario, setup_data, scenario_data)

    def run_task(self, _scenario: int, task: int) -> Any:
        _first[0] = _newest[0] + 1  # as new_call, which takes its time
        try:
            return _vu.run(task)
        except RunStopped:
            return outcome.SCHEDULED
        except BaseException as error:
            raise _failure(error) from None

    def on_stop(self, _scenario: int) -> None:
        _reported(_vu.stop)


_vu: Vu


def _reported(call: Callable[..., Any], *arguments: Any) -> Any:
    """Calls, and turns what it raises into the contract's error: the traceback as text."""
    new_call()
    try:
        return call(*arguments)
    except RunStopped:
        raise Err("the run was stopped") from None
    except BaseException as error:
        raise _failure(error) from None


def _failure(error: BaseException) -> Err:
    if events.user_error.listeners and isinstance(error, Exception):
        user = _vu.user if "_vu" in globals() else None
        events.user_error.fire(user_instance=user, exception=error, tb=error.__traceback__)
    return Err(trace.describe(error))


def _shape(elapsed: int, users: int) -> Any:
    loader.begin_user()
    return loader.plugin.shape.target(elapsed, users)


def _set_up() -> bytes:
    environment = loader.begin_user()
    before = carried.snapshot(loader.plugin.modules, environment)
    events.test_start.fire(environment=environment)
    setups.data = setups.setup() if setups.setup else None
    return carried.pack(setups.data, before, loader.plugin.modules, environment)


def _tear_down(setup_data: bytes) -> None:
    environment = loader.begin_user()
    setups.data = carried.unpack(setup_data, loader.plugin.modules, environment)
    events.test_stopping.fire(environment=environment)
    events.test_stop.fire(environment=environment)
    if setups.teardown:
        setups.teardown()


def _set_up_scenario(scenario: int, setup_data: bytes) -> bytes:
    environment = loader.begin_user()
    setups.data = carried.unpack(setup_data, loader.plugin.modules, environment)
    return carried.dump(loader.plugin.scenarios[scenario].user_class.setup_scenario())


def _tear_down_scenario(scenario: int, scenario_data: bytes) -> None:
    loader.begin_user()
    setups.scenario_data = carried.load(scenario_data)
    loader.plugin.scenarios[scenario].user_class.teardown_scenario()


def _start(scenario: int, setup_data: bytes, scenario_data: bytes) -> None:
    global _vu
    environment = loader.begin_user()
    setups.data = carried.unpack(setup_data, loader.plugin.modules, environment)
    setups.scenario_data = carried.load(scenario_data)
    sharing.begin(loader.plugin.modules if setup_data else [])
    plan = loader.plugin.scenarios[scenario]
    try:
        user = plan.user_class(environment)
        _vu = Vu(plan, user)
        user.on_start()
    except StopUser:
        vu.stop()
    except StopTest as error:
        vu.abort(str(error) or "on_start raised StopTest")
