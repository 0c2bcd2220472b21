"""Requests, responses and what is around them."""

import unittest

from .running import refusal, run

TASK = """
from wasmswarm import *

class Shopper(HttpUser):
    @task
    def go(self):
"""


def in_task(lines: str, **parameters: str) -> dict:
    body = "".join(f"        {line}\n" for line in lines.strip().splitlines())
    return run(TASK + body, **parameters)


class Client(unittest.TestCase):
    def test_names(self):
        found = in_task("""
self.client.get("/a?b=1")
self.client.get("/items/1", name="/items")
with self.client.rename_request("/r"):
    self.client.get("/x")
""")
        self.assertEqual([name for *_, name in found["requests"]], ["", "/items", "/r"])

    def test_no_response_is_no_exception(self):
        found = in_task("""
r = self.client.get("/down")
check("none", r.status_code == 0 and not r.ok and r.text == "")
r.raise_for_status()
""")
        self.assertEqual(found["checks"], [["none", True]])
        self.assertEqual(
            found["errors"][0].splitlines()[0],
            "ConnectionFailed: connection refused (GET /down)",
        )

    def test_success_needs_catch_response(self):
        found = in_task("""self.client.get("/").success()""")
        self.assertIn("catch_response=True", found["errors"][0])

    def test_marks(self):
        found = in_task(
            """
with self.client.get("/status/404", catch_response=True) as r: r.success()
with self.client.get("/", catch_response=True) as r: r.failure("no")
with self.client.get("/", catch_response=True) as r: r.failure(ValueError("bad"))
with self.client.get("/", catch_response=True) as r: raise CatchResponseError("caught")
with self.rest("GET", "/") as r: assert r.js is None, "not none"
""".replace("self.rest", "self.client.rest")
        )
        expected = ["pass", "no", "ValueError: bad", "caught", "not none"]
        self.assertEqual(found["marks"], expected)

    def test_gone_after_the_call(self):
        found = run(
            """
from wasmswarm import *
class Shopper(HttpUser):
    kept = None
    @task
    def go(self):
        if self.kept: self.kept.text
        self.kept = self.client.get("/")
""",
            iterations=2,
        )
        self.assertIn("can't be read any more", found["errors"][0])

    def test_options_that_are_the_operators(self):
        found = in_task("""self.client.get("/", verify=False)""")
        self.assertIn("--insecure", found["errors"][0])
        found = in_task("""self.client.get("/", jsn={})""")
        self.assertIn("a request has no option 'jsn'", found["errors"][0])

    def test_hosts(self):
        source = """
from wasmswarm import *
class A(HttpUser):
    host = "http://a"
    @task
    def go(self): self.client.get("/x")
class B(A):
    host = "http://{}"
"""
        same, different = run(source.format("a")), run(source.format("b"))
        self.assertEqual(same["description"]["options"], {"host": "http://a", "on_stop": "at-pause"})
        self.assertEqual([url for _, url, _ in same["requests"]], ["/x", "/x"])
        self.assertEqual(different["description"]["options"], {"on_stop": "at-pause"})
        self.assertEqual([u for _, u, _ in different["requests"]], ["http://a/x", "http://b/x"])


class Around(unittest.TestCase):
    def test_setup_reaches_users_and_teardown(self):
        found = run(
            """
from wasmswarm import *
configure(about="text", users=4)
@setup
def prepare(): return {"a": 1}
@teardown
def end(): log.info(f"end {setup_data()}")
class Shopper(HttpUser):
    @classmethod
    def setup_scenario(cls): return ["s"]
    @task
    def go(self): check("both", (setup_data(), scenario_data()) == ({"a": 1}, ["s"]))
"""
        )
        self.assertEqual(found["checks"], [["both", True]])
        self.assertEqual(found["log"], [["INFO", "end {'a': 1}"]])
        self.assertEqual(found["description"]["about"], "text")
        self.assertEqual(found["description"]["options"], {"users": 4, "on_stop": "at-pause"})

    def test_events_by_name(self):
        text = refusal("from locust import events\nevents.quitting.add_listener(print)")
        self.assertIn("events.quitting isn't supported", text)

    def test_modules_by_name(self):
        self.assertIn("module locust.stats isn't supported", refusal("import locust.stats"))

    def test_data(self):
        found = in_task("""
check("row", data.row("items") == {"item": "7"})
data.row("nobody")
""")
        self.assertEqual(found["checks"], [["row", True]])
        self.assertIn("--data nobody=FILE", found["errors"][0])

    def test_parameters_are_the_environment(self):
        found = run(
            """
import os
from wasmswarm import *
class Shopper(HttpUser):
    @task
    def go(self):
        check("env", os.environ["A"] == "1" and os.getenv("B", "2") == "2")
""",
            A="1",
        )
        self.assertEqual(found["checks"], [["env", True]])


if __name__ == "__main__":
    unittest.main()
