"""Which tasks run, in which order, with which pauses."""

import unittest

from .running import refusal, run

USER = "from wasmswarm import *\n"


class Described(unittest.TestCase):
    def scenario(self, source: str) -> dict:
        return run(USER + source)["description"]["scenarios"][0]

    def test_weights_tags_and_wait(self):
        found = self.scenario("""
class Shopper(HttpUser):
    weight = 3
    wait_time = between(1, 2)
    @task(4)
    @tag("b", "a")
    def browse(self): pass
    @task
    def cart(self): pass
""")
        self.assertEqual(found["tasks"], [["browse", 4, ["a", "b"]], ["cart", 1, []]])
        self.assertEqual(found["population"], ["Weight", 3])
        self.assertEqual(found["wait"], "Uniform")

    def test_a_set_within_has_the_odds_of_its_first_tasks(self):
        found = self.scenario("""
class Shopper(HttpUser):
    @task(2)
    class Shop(TaskSet):
        @task(3)
        def a(self): self.interrupt()
        @task
        def b(self): self.interrupt()
    @task
    class Steps(SequentialTaskSet):
        @task
        def c(self): pass
        @task
        def d(self): self.interrupt()
    @task
    def e(self): pass
""")
        weights = {name: weight for name, weight, _ in found["tasks"]}
        self.assertEqual(weights, {"a": 3, "b": 1, "c": 2, "d": 0, "e": 2})

    def test_one_sequence_is_the_hosts_own_order(self):
        found = self.scenario("""
class Steps(SequentialTaskSet):
    @task(2)
    def a(self): pass
    @task
    def b(self): pass
class Shopper(HttpUser):
    tasks = [Steps]
""")
        self.assertEqual(found["order"], "SEQUENTIAL")
        self.assertEqual(found["tasks"], [["a", 2, []], ["b", 1, []]])

    def test_same_names_are_told_apart(self):
        found = self.scenario("""
class Shopper(HttpUser):
    @task
    class A(TaskSet):
        @task
        def go(self): pass
    @task
    class B(TaskSet):
        @task
        def go(self): pass
""")
        self.assertEqual([name for name, *_ in found["tasks"]], ["A.go", "B.go"])

    def test_weights_that_are_fractions(self):
        found = run(
            USER
            + """
class A(HttpUser):
    weight = 0.5
    @task
    def go(self): pass
class B(A):
    weight = 2
"""
        )
        populations = [item["population"] for item in found["description"]["scenarios"]]
        self.assertEqual(populations, [["Weight", 1], ["Weight", 4]])

    def test_refuses_what_cannot_run(self):
        self.assertIn("there is no user class", refusal(USER))
        self.assertIn("has no tasks", refusal(USER + "class A(HttpUser): pass"))
        early = USER + "params.get('x')\n"
        self.assertIn("can't be used at the top level", refusal(early))
        markov = """
class Walk(MarkovTaskSet):
    @transition("b")
    def a(self): pass
"""
        self.assertIn("transition to 'b'", refusal(USER + markov))


class Steered(unittest.TestCase):
    def test_a_failing_step_does_not_restart_the_sequence(self):
        found = run(
            USER
            + """
class Steps(SequentialTaskSet):
    @task
    def a(self): self.client.get("/a")
    @task
    def b(self):
        self.client.get("/b")
        raise ValueError("broken")
    @task
    def c(self): self.client.get("/c")
class Shopper(HttpUser):
    tasks = {Steps: 1}
    @task
    def other(self): pass
""",
            iterations=8,
        )
        urls = "".join(url[1:] for _, url, _ in found["requests"])
        self.assertIn(urls, "abcabcabc")
        self.assertEqual(
            set(found["errors"]), {'ValueError: broken\n  File "shop.py", line 9, in b'}
        )

    def test_interrupt_in_the_middle_restarts_the_sequence(self):
        found = run(
            USER
            + """
class Steps(SequentialTaskSet):
    @task
    def a(self): self.client.get("/a")
    @task
    def b(self):
        self.client.get("/b")
        self.interrupt()
    @task
    def c(self): self.client.get("/c")
class Shopper(HttpUser):
    tasks = [Steps]
""",
            iterations=6,
        )
        self.assertEqual([url for _, url, _ in found["requests"]], ["/a", "/b"] * 3)

    def test_interrupt_with_and_without_the_parents_wait(self):
        for reschedule, wait in (("True", 0), ("False", None)):
            found = run(
                USER
                + f"""
class Shopper(HttpUser):
    wait_time = constant(5)
    @task
    class In(TaskSet):
        @task
        def a(self): self.interrupt(reschedule={reschedule})
"""
            )
            self.assertEqual(found["waits"], [wait])

    def test_own_waits(self):
        found = run(
            USER
            + """
class Shopper(HttpUser):
    def wait_time(self): return 0.5
    @task
    def a(self): pass
    @task
    class In(TaskSet):
        wait_time = constant(0.25)
        @task
        def b(self): raise ValueError("x")
""",
            iterations=10,
        )
        self.assertEqual(set(found["waits"]), {500_000})
        self.assertEqual(set(found["sleeps"]), {250_000})

    def test_stop_reschedule_and_next(self):
        found = run(
            USER
            + """
class Shopper(HttpUser):
    order = "sequential"
    @task
    def a(self): return next_task(self.c, wait=0.001)
    @task
    def b(self): raise StopUser()
    @task
    def c(self): raise RescheduleTaskImmediately()
""",
            iterations=9,
        )
        self.assertEqual(found["tasks"], ["a", "c", "b"])
        self.assertEqual(found["waits"], [1000, 0, None])

    def test_a_task_of_weight_0_is_only_run_when_it_is_named(self):
        for order in ("random", "sequential"):
            found = run(
                USER
                + f"""
class Shopper(HttpUser):
    order = {order!r}
    @task(0)
    def named(self): pass
    @task
    def a(self): return next_task(self.named)
""",
                iterations=4,
            )
            self.assertEqual(found["tasks"], ["a", "named", "a", "named"])
            weights = {name: weight for name, weight, _ in found["description"]["scenarios"][0]["tasks"]}
            self.assertEqual(weights, {"a": 1, "named": 0})

    def test_scheduled_by_hand(self):
        found = run(
            USER
            + """
class Shopper(HttpUser):
    @task
    class In(TaskSet):
        @task
        def a(self): self.schedule_task(self.b)
        def c(self): pass
        @task
        def b(self): pass
""",
            iterations=12,
        )
        text = "".join(found["tasks"])
        self.assertNotIn("aa", text)

    def test_stops_sets_then_user(self):
        found = run(
            USER
            + """
class Shopper(HttpUser):
    def on_stop(self): self.client.get("/user")
    @task
    class In(TaskSet):
        def on_start(self): self.client.get("/in")
        def on_stop(self): self.client.get("/out")
        @task
        def a(self): pass
""",
            iterations=2,
        )
        self.assertEqual([url for _, url, _ in found["requests"]], ["/in", "/out", "/user"])


if __name__ == "__main__":
    unittest.main()
