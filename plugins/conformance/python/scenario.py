"""The conformance scenario in Python; `../README.md` says what it must do."""

import time

import requests
from wasmswarm import (
    Counter,
    Gauge,
    HttpUser,
    Rate,
    Trend,
    abort,
    check,
    configure,
    data,
    group,
    log,
    next_task,
    params,
    setup,
    setup_data,
    shared,
    tag,
    task,
    teardown,
    vu,
)

configure(about="conformance in Python", users=4)

cart_value = Trend("cart_value")
carts = Counter("carts")
level = Gauge("level")
odd = Rate("odd")

letters = b"x" * 50_000


@setup
def prepare():
    return {"greeting": "from setup"}


@teardown
def clean_up():
    if shared.total("starts") <= 0:
        raise RuntimeError("no VU ever started")


class Shopper(HttpUser):
    weight = 3

    def on_start(self):
        check("setup data arrives", setup_data()["greeting"] == "from setup")
        shared.add("starts")
        who = {"user": f"shopper-{vu.id()}", "password": "secret"}
        login = self.client.post("/login", json=who)
        check("logged in", login.status_code == 200 and login.json()["token"])

    @task(4)
    @tag("kind=read")
    def browse(self):
        item = data.row("items")["item"]
        found = self.client.get(f"/items/{item}", name="/items/{id}")
        check("item is the one asked for", found.json()["id"] == int(item))

    @task(2)
    @tag("kind=write")
    def cart(self):
        with group("purchase"):
            wanted = {"item": int(data.row("items")["item"]), "quantity": 2}
            response = self.client.post("/cart", json=wanted)
            total = response.json()["total_cents"]
            check("cart has a total", response.status_code == 201 and total > 0)
            cart_value.add(total / 100)
            carts.add(1)

    @task
    def wrong_body(self):
        note = self.client.get("/api/notes/1?broken=1", name="broken note", catch_response=True)
        with note:
            error = note.json()["error"]
            if isinstance(error, str):
                note.failure(error)

    @task
    def parallel(self):
        client = self.client
        ten, twenty, missing = client.parallel(
            client.prepare("GET", "/bytes/10", name="/bytes/{n}"),
            client.prepare("GET", "/bytes/20", name="/bytes/{n}"),
            client.prepare("GET", "/status/404", expected=[404]),
        )
        sizes = len(ten.content), len(twenty.content)
        check("sizes are right", sizes == (10, 20) and missing.status_code == 404)

    @task
    def redirects(self):
        end = self.client.get("/redirect/2", name="redirect")
        check("redirects end", end.status_code == 200 and end.json()["redirects"] == "done")
        first = self.client.get("/redirect/1", name="redirect", allow_redirects=False)
        to = first.headers["location"]
        check("redirect is seen", first.status_code == 302 and to == "/redirect/0")

    @task
    def fails(self):
        raise RuntimeError("on purpose")


class Once(HttpUser):
    fixed_count = 1
    order = "sequential"

    @task
    def hello(self):
        check("parameter arrives", params.get("greeting") == "hello", part="params")
        level.set(7)
        odd.add(vu.iteration() % 2)
        log.info("hello from Python")
        looks_around = params.get("surroundings") == "yes"
        return next_task(self.surroundings if looks_around else self.goodbye, wait=0.001)

    @task
    def goodbye(self):
        match params.get("abort"):
            case "yes":
                abort("asked to")
            case "panic":
                raise RuntimeError("crash on purpose")

    @task(0)
    def surroundings(self):
        check("random numbers differ", len({vu.random() for _ in range(50)}) == 50)
        self.clocks()
        self.jars()
        refused = self.client.get("http://127.0.0.9:1/")
        check("the reason is said", "127.0.0.9" in refused.error.reason)
        for _ in range(2):
            self.client.post("/upload", data=letters)  # crosses the border once
        shared.add("starts")

    def clocks(self):
        theirs = self.client.get("clock").json()["ms"] / 1000
        check("the wall clock is right", abs(time.time() - theirs) < 5)
        own, run = time.monotonic(), vu.now()
        time.sleep(0.03)
        passed = vu.now() - run
        measured = time.monotonic() - own
        check("clocks agree", passed >= 0.03 and passed - 0.001 <= measured < passed + 5)

    def jars(self):
        self.client.get("/set")
        seen = [(one.name, one.value) for one in self.client.cookies.matching("/deep/x")]
        check("cookies are read in order", seen == [("b", "2"), ("a", "1")])
        self.client.cookies.set("c", "3", path="/base")
        del self.client.cookies["a"]
        self.client.get("/deep/x")
        session = requests.Session()
        session.cookies.set("j", "4", path="/base")
        session.get("/deep/x")
        requests.get("/deep/x")
