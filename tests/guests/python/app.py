"""A scenario in Python with no SDK in between: the contract as its generator gives it.

Its twin is ../js/scenario.js; both must produce the same counts.
Build: componentize-py -d ../../../wit -w plugin componentize -p . app -o OUT.wasm
"""

import json

import wit_world
from componentize_py_types import Err
from wit_world.exports.scenario import (
    Description,
    LoadTarget_Stop,
    NextTask_Scheduled,
    NextWait_Scheduled,
    Outcome,
    Population_Weight,
    ScenarioInfo,
    TaskInfo,
    TaskOrder,
    WaitTime_None_,
)
from wit_world.imports import checks, data, http, shared, vu


def get(url: str, name: str) -> http.Response:
    return http.send(http.Request(
        method="GET", url=url, headers=[("x-guest", "python")], body=b"", name=name, tags=[], timeout=0,
        redirects=http.RedirectPolicy_Inherit(), expected=[(200, 299)], keep=http.KeepPolicy.ALL,
    ))


def home(_prefix: str) -> None:
    checks.check("home answers", get("/", "home").status == 200, [])


def item(prefix: str) -> None:
    vu.enter_group("item")
    wanted = 1 + vu.current().iteration % 10
    found = json.loads(http.body(get(f"{prefix}{wanted}", "/items/{id}").id))
    checks.check("item is the one asked for", found["id"] == wanted, [("kind", "item")])
    vu.leave_group()
    shared.add("items", 1)
    if not shared.write_new("last", bytes([wanted])):
        shared.compare_and_set("last", shared.read("last") or b"", bytes([wanted]))
    shared.push("ids", bytes([wanted]))
    checks.check("takes what was put there", len(shared.pop("ids")) == 1, [])
    try:
        data.row("nobody", data.Pick.PER_VU, data.AtEnd.WRAP)
    except Err as error:
        checks.check("no data is granted", error.value == data.Error.NOT_GRANTED, [])


TASKS = [home, item]


class Scenario(wit_world.exports.Scenario):
    prefix = ""

    def describe(self) -> Description:
        tasks = [TaskInfo(task.__name__, 1, []) for task in TASKS]
        browse = ScenarioInfo("browse", Population_Weight(1), TaskOrder.SEQUENTIAL, WaitTime_None_(), tasks)
        return Description("Python guest", [browse], json.dumps({"users": 2}), False)

    def setup(self) -> bytes:
        return b"/items"

    def teardown(self, setup_data: bytes) -> None:
        pass

    def setup_scenario(self, scenario: int, setup_data: bytes) -> bytes:
        return setup_data + b"/"

    def teardown_scenario(self, scenario: int, scenario_data: bytes) -> None:
        if shared.total("items") != 10 or shared.pop("ids") is not None:
            raise Err("the shared state is wrong")

    def shape(self, elapsed: int, users: int) -> LoadTarget_Stop:
        return LoadTarget_Stop()

    def on_start(self, scenario: int, setup_data: bytes, scenario_data: bytes) -> None:
        Scenario.prefix = scenario_data.decode()

    def run_task(self, scenario: int, task: int) -> Outcome:
        TASKS[task](Scenario.prefix)
        return Outcome(NextTask_Scheduled(), NextWait_Scheduled())

    def on_stop(self, scenario: int) -> None:
        pass
