# What the top level made stays whole in the run, whatever refers to it or is put into it, though
# Python no longer counts references to it.
# expect: the top level's objects that are counted: none
# expect: whole after 40 rounds: True
# expect: a run's own objects are counted and freed: True
import gc
import sys
import weakref
from collections import deque, namedtuple
from dataclasses import dataclass, field

from wasmswarm import User, configure, task

configure(users=1, iterations_per_vu=40)

Point = namedtuple("Point", "x y")


@dataclass
class Cart:
    items: list = field(default_factory=list)
    total: int = 0


class Slotted:
    __slots__ = ("__weakref__", "value")


def count():
    at = 0
    while True:
        at += 1
        yield at, rows


def adder(step):
    total = 0

    def add():
        nonlocal total
        total += step
        return total

    return add


rows = [{"id": 0}]
table = {"seen": 0, 3.25: "number", (1, 2): Point(1, 2)}
names = {"ann", "bob"}
line = deque([1, 2, 3])
text = "x" * 300
octets = bytearray(b"abc")
huge = 1 << 200
cart = Cart()
slotted = Slotted()
slotted.value = rows
weak = weakref.ref(slotted)
numbers = count()
next(numbers)
add = adder(3)
add()
walk = iter(range(1000))
next(walk)
replaced = ["old"]

MADE = {
    "list": rows,
    "dictionary": table,
    "key": list(table)[2],
    "named tuple": table[1, 2],
    "set": names,
    "deque": line,
    "text": text,
    "octets": octets,
    "number": huge,
    "float": list(table)[1],
    "instance": cart,
    "attributes": cart.__dict__,
    "slots": slotted,
    "generator": numbers,
    "closure": add,
    "cell": add.__closure__[0],
    "code": add.__code__,
    "byte code": add.__code__.co_code,
    "constants": count.__code__.co_consts,
    "class": Cart,
    "method": Cart.__init__,
    "order of classes": Cart.__mro__,
    "iterator": walk,
    "module": sys.modules["json"],
}


class Own:
    """What a run makes."""


class Kept(User):
    rounds = 0
    freed = 0

    @task
    def use(self):
        global replaced
        Kept.rounds += 1
        rounds = Kept.rounds
        wrong = []

        def expect(what, holds):
            if not holds:
                wrong.append(f"{what} in round {rounds}")

        rows.append({"id": rounds, "first": rows[0]})
        table["seen"] += 1
        table[f"new {rounds}"] = rows
        names.add(f"name {rounds}")
        names.discard("bob")
        line.append(rounds)
        line.popleft()
        octets.extend(b"d" * 100)
        cart.items.append(Point(rounds, cart))
        cart.total += rounds
        replaced = [rounds, replaced if rounds == 1 else None]
        slotted.value = [slotted.value] if rounds == 1 else slotted.value
        self.waste()

        expect("list", len(rows) == rounds + 1 and all(row["id"] == at for at, row in enumerate(rows)))
        expect("first", rows[-1]["first"] is rows[0])
        expect("dictionary", table["seen"] == rounds and table[f"new {rounds}"] is rows)
        expect("key", table[1, 2] == (1, 2) and table[3.25] == "number")
        expect("set", len(names) == rounds + 1)
        expect("deque", len(line) == 3 and line[-1] == rounds)
        expect("octets", len(octets) == 3 + 100 * rounds)
        expect("instance", len(cart.items) == rounds and cart.items[-1].y is cart)
        expect("attributes", vars(cart)["total"] == rounds * (rounds + 1) // 2)
        expect("replaced", replaced[0] == rounds)
        expect("slots", slotted.value == [rows] and weak() is slotted)
        expect("generator", next(numbers) == (rounds + 1, rows))
        expect("closure", add() == 3 * (rounds + 1))
        expect("iterator", next(walk) == rounds)
        expect("number", huge + rounds - rounds == 1 << 200)
        expect("text", text + text == "x" * 600 and len(text) == 300)
        if wrong:
            print("wrong:", wrong)
        if rounds == 40 and not wrong:
            self.tell()

    def waste(self):
        """Cycles of this run, with what the top level made in them."""
        for _ in range(400):
            own = Own()
            own.itself, own.kept = own, [rows, table, cart, numbers, Cart, text]
            weakref.finalize(own, self.count_freed)

    @staticmethod
    def count_freed():
        Kept.freed += 1

    def tell(self):
        gc.collect()
        own = Own()
        last = weakref.ref(own)
        counted = sys.getrefcount(own) < 5 and not sys._is_immortal(own)
        del own
        still = [what for what, one in MADE.items() if not sys._is_immortal(one)]
        print("the top level's objects that are counted:", ", ".join(still) or "none")
        print("whole after 40 rounds:", Kept.rounds == 40)
        print("a run's own objects are counted and freed:", counted and last() is None and Kept.freed == 40 * 400)
