"""A host in Python, for the tests: runs a locustfile's users one after the other and prints what it saw.

`python host.py FILE USERS ITERATIONS [NAME=value ...]`; the bindings of the contract must be on the
path. Its shop has no network: `answer` says what comes back.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "compat")]

from componentize_py_types import Err, Ok  # noqa: E402

from wasmswarm import environ, loader, phase  # noqa: E402
from wasmswarm._wit import checks, cookies, data, http, log, metrics, params, shared, vu  # noqa: E402

seen: dict[str, Any] = {
    "requests": [],
    "checks": [],
    "metrics": [],
    "log": [],
    "tasks": [],
    "errors": [],
    "waits": [],
    "sleeps": [],
    "marks": [],
    "aborted": None,
    "stopped": 0,
}
bodies: dict[int, bytes] = {}
#: By number: the headers that a response has beside the usual ones.
more_headers: dict[int, list[tuple[str, str]]] = {}
urls: dict[int, str] = {}
state: dict[str, Any] = {"id": 0, "iteration": 0, "scenario": 0, "now": 0, "totals": {}}


def answer(request: Any) -> tuple[int, bytes]:
    """The status and body for a request, as the demo shop would have them."""
    path = request.url.partition("?")[0]
    last = path.rpartition("/")[2]
    if path.startswith("/status/"):
        return int(last), b"{}"
    if path.startswith("/redirect/"):
        return 302, b""
    if request.method == "HEAD":
        return 200, b""
    found = {
        "/login": {"token": "t"},
        "/catalogue": {"items": [1]},
        "/gzip": {"gzipped": True},
        f"/items/{last}": {"id": int(last) if last.isdigit() else 0},
    }
    headers = [pair for pair in request.headers if pair[0].lower() != "cookie"]
    if jars.header(request):
        headers.append(("cookie", jars.header(request)))
    echo = {
        "method": request.method,
        "headers": [[name.lower(), value] for name, value in headers],
        "body": request.body.decode(errors="replace"),
    }
    return 200, json.dumps(found.get(path, echo)).encode()


def odd_answer(request: Any) -> tuple[int, bytes, list[tuple[str, str]]] | None:
    """Answers that need headers of their own, for `/digest`, `/moved/302` and `/as?HEADER`."""
    path, _, query = request.url.removeprefix("http://shop").partition("?")
    given = dict((name.lower(), value) for name, value in request.headers)
    if path == "/digest" and not given.get("authorization", "").startswith("Digest "):
        return 401, b"", [("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth", opaque="o"')]
    if path.startswith("/moved/"):
        return int(path.rpartition("/")[2]), b"", [("location", query or "/echo")]
    if path == "/as":
        name, _, value = query.partition("=")
        return 200, "gr\u00fcn".encode(), [(name, value)]
    return None


class Jars:
    """Jars as the host has them, as far as the tests need: domains and paths, no times."""

    def __init__(self) -> None:
        self.jars: dict[int, list[Any]] = {0: []}
        self.used, self.sending = 0, True

    def set(self, jar: int, url: str, text: str) -> bool:
        (name, _, value), *attributes = (part.strip().partition("=") for part in text.split(";"))
        scope = {key.lower(): content for key, _, content in attributes}
        domain, path = scope.get("domain", urlsplit(url).hostname or "shop"), scope.get("path", "/")
        self.remove(jar, domain, path, name)
        if scope.get("max-age") != "0":
            self.jars[jar].append(cookies.Cookie(name, value, domain, path, 0, "secure" in scope, False, True))
        return True

    def put(self, jar: int, cookie: Any) -> bool:
        self.remove(jar, cookie.domain, cookie.path, cookie.name)
        self.jars[jar].append(cookie)
        return True

    def remove(self, jar: int, domain: str, path: str, name: str) -> bool:
        kept = [c for c in self.jars[jar] if (c.domain, c.path, c.name) != (domain, path, name)]
        found = len(kept) < len(self.jars[jar])
        self.jars[jar] = kept
        return found

    def new_jar(self) -> int:
        self.jars[len(self.jars)] = []
        return len(self.jars) - 1

    def header(self, request: Any) -> str:
        """The guest's own first, then those of the jar with other names."""
        parts = urlsplit(request.url)
        own = [value for name, value in request.headers if name.lower() == "cookie"]
        names = {pair.partition("=")[0] for header in own for pair in header.split("; ")}
        for cookie in self.jars[self.used] if self.sending else []:
            fits = cookie.domain == (parts.hostname or "shop") and parts.path.startswith(cookie.path)
            if fits and cookie.name not in names:
                own.append(f"{cookie.name}={cookie.value}")
        return "; ".join(own)

    def wire(self) -> None:
        cookies.all = lambda jar: list(self.jars[jar])
        cookies.clear = cookies.drop_jar = lambda jar: self.jars.__setitem__(jar, [])
        cookies.use_jar = lambda jar: setattr(self, "used", jar)
        cookies.set_sending = lambda sending: setattr(self, "sending", sending)
        for name in ("set", "put", "remove", "new_jar"):
            setattr(cookies, name, getattr(self, name))


jars = Jars()


def send(request: Any) -> Any:
    seen["requests"].append([request.method, request.url, request.name])
    if request.url.endswith("/down"):
        raise Err(http.ErrorCode.CONNECTION_REFUSED)
    if request.url.endswith("/late"):
        raise Err(http.ErrorCode.TIMEOUT)
    if request.url.endswith("/flaky") and len(seen["requests"]) < 3:
        raise Err(http.ErrorCode.CONNECTION_CLOSED)
    if request.url.startswith("/set?"):
        jars.set(jars.used, request.url, request.url.partition("?")[2])
    number = len(seen["requests"])
    odd = odd_answer(request)
    status, body = odd[:2] if odd else answer(request)
    more_headers[number] = odd[2] if odd else []
    urls[number] = "http://shop" + request.url.removeprefix("http://shop")
    bodies[number] = body
    expected = request.expected or [(200, 399)]
    ok = any(low <= status <= high for low, high in expected)
    return http.Response(number, status, ok, 1000)


def send_all(requests: list[Any]) -> list[Any]:
    results: list[Any] = []
    for request in requests:
        try:
            results.append(Ok(send(request)))
        except Err as error:
            results.append(error)
    return results


def add_total(name: str, delta: int) -> int:
    state["totals"][name] = state["totals"].get(name, 0) + delta
    return state["totals"][name]


class Identity:
    @property
    def id(self) -> int:
        return state["id"]

    @property
    def iteration(self) -> int:
        return state["iteration"]


def wire(parameters: dict[str, str]) -> None:
    """Puts the host's functions where the SDK looks for them."""
    http.send, http.send_all = send, send_all
    http.failure = lambda index: "nobody listens there"
    jars.wire()
    http.body = lambda id: bodies[id]
    usual = [
        ("content-type", "application/json"),
        ("location", "/redirect/0"),
        ("set-cookie", "session=s; Path=/"),
    ]
    http.headers = lambda id: more_headers.get(id) or usual
    http.header = lambda id, name: dict(http.headers(id)).get(name.lower())
    http.final_url = lambda id: urls.get(id, "http://shop/")
    http.pass_ = lambda id: seen["marks"].append("pass")
    http.fail = lambda id, message: seen["marks"].append(message)
    checks.check = lambda name, passed, tags: seen["checks"].append([name, passed]) or passed
    metrics.add = lambda name, kind, value, tags: seen["metrics"].append([name, kind.name, value])
    metrics.record_request = lambda *what: seen["requests"].append(list(what))
    log.write = lambda level, message: seen["log"].append([level.name, message])
    params.get = parameters.get
    params.all = lambda: sorted(parameters.items())
    data.row = lambda name, pick, end: _row(name)
    shared.add = add_total
    queues: dict[str, list[bytes]] = {}
    shared.push = lambda name, value: queues.setdefault(name, []).append(value)
    shared.pop = lambda name: queues[name].pop(0) if queues.get(name) else None
    shared.length = lambda name: len(queues.get(name, []))
    shared.total = lambda name: state["totals"].get(name, 0)
    vu.current = Identity
    vu.sleep = seen["sleeps"].append
    vu.now = lambda: state["now"]
    vu.random = lambda: random.getrandbits(64)
    vu.stop = lambda: seen.__setitem__("stopped", seen["stopped"] + 1)
    vu.abort = lambda reason: seen.__setitem__("aborted", reason)
    vu.enter_group = lambda name: None
    vu.leave_group = lambda: None


def _row(name: str) -> list[tuple[str, str]]:
    if name != "items":
        raise Err(data.Error.NOT_GRANTED)
    return [("item", "7")]


def described(description: Any) -> dict[str, Any]:
    return {
        "about": description.about,
        "options": json.loads(description.options),
        "shape": description.shape,
        "scenarios": [
            {
                "name": info.name,
                "population": [type(info.population).__name__[11:], info.population.value],
                "order": info.order.name,
                "wait": type(info.wait).__name__[9:],
                "tasks": [[task.name, task.weight, task.tags] for task in info.tasks],
            }
            for info in description.scenarios
        ],
    }


def warm() -> None:
    """As the component does before it is as good as made."""
    from wasmswarm.warm import warm

    warm()


def run(users: int, iterations: int) -> None:
    """Setup, each user's life, and teardown, each as if in an instance of its own."""
    from wasmswarm.exports import Scenario

    exported = Scenario()
    description = exported.describe()
    seen["description"] = described(description)
    setup_data = called(exported.setup) or b""
    for index, info in enumerate(description.scenarios):
        scenario_data = called(exported.setup_scenario, index, setup_data) or b""
        for _ in range(users):
            state["id"] += 1
            live(exported, index, info, iterations, setup_data, scenario_data)
        called(exported.teardown_scenario, index, scenario_data)
    called(exported.teardown, setup_data)


def live(exported: Any, index: int, info: Any, iterations: int, *given: bytes) -> None:
    called(exported.on_start, index, *given)
    turn: list[int] = []
    following = None
    for _ in range(iterations):
        state["iteration"] += 1
        state["now"] += 1_000_000
        if following is None and info.order.name == "SEQUENTIAL":
            turn = turn or [i for i, t in enumerate(info.tasks) for _ in range(t.weight)]
            following = turn.pop(0)
        elif following is None:
            weights = [task.weight for task in info.tasks]
            following = random.choices(range(len(weights)), weights)[0]
        seen["tasks"].append(info.tasks[following].name)
        result = called(exported.run_task, index, following)
        following = None
        if result is not None:
            seen["waits"].append(getattr(result.wait, "value", None))
            following = getattr(result.next, "value", None)
            if type(result.next).__name__.endswith("Stop"):
                break
    called(exported.on_stop, index)


def called(function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Err as error:
        seen["errors"].append(error.value)
        return None


def main() -> None:
    file, users, iterations = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    random.seed(7)
    wire(dict(pair.split("=", 1) for pair in sys.argv[4:]))
    environ.install()
    phase.bar_calls()
    loader.load(Path(file).stem, file, str(Path(file).parent), [])
    phase.begin()
    warm()
    run(users, iterations)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
