"""What the users of Locust share because they are one process."""

import unittest

from .running import run


class Sharing(unittest.TestCase):
    def told(self, source: str, users: int = 4, iterations: int = 1) -> list[str]:
        found = run(source, users, iterations)
        self.assertEqual(found["errors"], [])
        return [line for _, line in found["log"]]

    def test_counters(self):
        told = self.told("""
from locust import User, task
from wasmswarm import log
number, other, words = 100, 0, ["a"]
class Base(User):
    abstract = True
    made, left = 7, 5
class Counted(Base):
    seen = []
    def on_start(self):
        global number, other
        Counted.made += 1
        self.__class__.left -= 2
        number += 10
        other = other + 1
        Counted.seen += ["x"]
        self.own = 0
        self.own += 1
        log.info(f"{Counted.made} {Counted.left} {number} {other} {len(Counted.seen)} {self.own}")
    @task
    def go(self): pass
""")
        # Lists stay each user's own in a run; here all users are in one process.
        self.assertEqual(
            told, ["8 3 110 1 1 1", "9 1 120 2 2 1", "10 -1 130 3 3 1", "11 -3 140 4 4 1"]
        )

    def test_each_takes_its_own(self):
        told = self.told("""
import itertools, queue
from itertools import cycle
from locust import User, task, events
from locust.exception import StopUser
from wasmswarm import log
PEOPLE, FIRST, GIVEN = ["a", "b", "c"], [1, 2, 3, 4, 5], []
TURNS, IDS = cycle("xy"), itertools.count(10, 5)
WAITING = queue.Queue()
for name in "pqrs": WAITING.put(name)
@events.test_start.add_listener
def fill(**_): GIVEN.extend(range(50, 60))
class Taker(User):
    rows = [(n, n * n) for n in range(9)]
    def on_start(self):
        who = PEOPLE.pop() if PEOPLE else "nobody"
        taken = [who, FIRST.pop(0), next(TURNS), next(IDS), WAITING.get(), self.rows.pop()[1], GIVEN.pop()]
        log.info(" ".join(map(str, taken)) + f" {len(PEOPLE)} {WAITING.qsize()}")
    def on_stop(self):
        FIRST.append("back")
    @task
    def go(self):
        own = [1, 2]
        assert own.pop() == 2 and len(own) == 1
""")
        expected = ["c 1 x 10 p 64 59 2 3", "b 2 y 15 q 49 58 1 2", "a 3 x 20 r 36 57 0 1", "nobody 4 y 25 s 25 56 0 0"]
        self.assertEqual(told, expected)

    def test_generators_of_the_top_level_are_seeded_by_the_run(self):
        source = """
import random
from locust import User, task
from wasmswarm import log
free, own = random.Random(), random.Random(5)
before = free.getstate()
class Drawing(User):
    @task
    def go(self): log.info(f"{free.getstate() != before} {own.random():.6f}")
"""
        self.assertEqual(self.told(source, users=1), ["True 0.622902"])

    def test_a_file_that_is_nested_too_deeply_is_left_as_it_is(self):
        many = " + ".join(["1"] * 700)
        source = f"""
from locust import User, task
from wasmswarm import log
total = {many}
class Summing(User):
    @task
    def go(self): log.info(str(total))
"""
        self.assertEqual(self.told(source, users=1), ["700"])

    def test_a_list_that_is_used_in_other_ways_stays_as_it_is(self):
        told = self.told("""
from collections import deque
from locust import User, task
from wasmswarm import log
line, stack = deque([1, 2, 3]), [5, 6]
class Working(User):
    @task
    def go(self):
        line.append(4)
        stack.insert(0, 4)
        log.info(f"{line.popleft()} {line[-1]} {len(line)} {stack.pop()} {type(line).__name__}")
""", users=1)
        self.assertEqual(told, ["1 4 3 6 deque"])

    def test_what_is_put_back_is_taken_again(self):
        told = self.told("""
from locust import User, task
from wasmswarm import log
NAMES = ["a", "b"]
class Taker(User):
    def on_start(self): self.name = NAMES.pop()
    def on_stop(self): NAMES.append(self.name)
    @task
    def go(self): log.info(self.name)
""")
        self.assertEqual(told, ["b", "a", "b", "a"])
