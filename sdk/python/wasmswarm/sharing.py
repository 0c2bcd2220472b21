"""What users of Locust share because they are one process: counters, and lists that each takes its own from.

Here each user is an instance of its own, and would get the same number and the same row as all others.
So where a function counts in a class or a global, or takes from a list that the top level made, it is
done in the run's shared state instead. The file's code is changed for it as it is loaded.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import pickle
import queue
import sys
from collections import deque
from importlib.machinery import FileFinder, SourceFileLoader
from typing import Any

from ._wit import shared, vu

#: Whether this is a user of the run: setup and teardown count for themselves.
in_user = False

#: What is done with a list of which each user takes its own. One that is used otherwise stays each user's.
_TAKING = ("pop", "popleft", "append", "appendleft", "extend")

_ADD, _COUNT = "__wasmswarm_add__", "__wasmswarm_count__"


def begin(modules: list[Any]) -> None:
    """This instance is a user. `modules`: those that `test_start` may have changed."""
    global in_user
    settle(modules)
    in_user = True


# Counters


def add(owner: Any, name: str, delta: Any, sign: int) -> None:
    """`owner.name += delta` or `-=`, where the owner may be a class."""
    value = getattr(owner, name)
    if isinstance(owner, type) and _counts(value, delta):
        key = f"{owner.__module__}.{owner.__qualname__}.{name}"
        setattr(owner, name, _counted(key, value, sign * delta))
    else:
        setattr(owner, name, _plainly(value, delta, sign))


def count(module: str, name: str, value: Any, delta: Any, sign: int) -> Any:
    """The new value of a global after `name += delta` or `-=`."""
    if _counts(value, delta):
        return _counted(f"{module}.{name}", value, sign * delta)
    return _plainly(value, delta, sign)


def _plainly(value: Any, delta: Any, sign: int) -> Any:
    if sign > 0:
        value += delta
    else:
        value -= delta
    return value


def _counts(value: Any, delta: Any) -> bool:
    return in_user and type(value) is int and type(delta) is int


#: What each counter was when this user first counted.
_begun: dict[str, int] = {}


def _counted(key: str, value: int, delta: int) -> int:
    return _begun.setdefault(key, value) + shared.add(_short(key), delta)


def _short(key: str) -> str:
    """At most 200 bytes."""
    return key if len(key.encode()) <= 190 else f"{key.encode()[:150].decode(errors='ignore')}{hash(key):x}"


class Rewriter(ast.NodeTransformer):
    """Changes the functions of one module."""

    def __init__(self) -> None:
        #: Globals of the functions around; empty outside of them.
        self.functions: list[set[str]] = []
        #: Names that a function takes something from, and those that it uses in other ways.
        self.taken: set[str] = set()
        self.else_used: set[str] = set()

    def visit_FunctionDef(self, node: Any) -> Any:
        """Functions know their globals before anything else."""
        named = {n for item in ast.walk(node) if isinstance(item, ast.Global) for n in item.names}
        self.functions.append(named)
        self.generic_visit(node)
        self.functions.pop()
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Call(self, node: ast.Call) -> Any:
        """`NAME.pop()`, `self.NAME.pop()` and their like."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(
                value=ast.Name(id=name) | ast.Attribute(attr=name), attr="pop" | "popleft"
            ) if self.functions and len(node.args) < 2:
                self.taken.add(name)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        """`NAME.insert`, and whatever else is more than taking and putting back."""
        self.generic_visit(node)
        match node.value:
            case ast.Name(id=name) | ast.Attribute(attr=name) if node.attr not in _TAKING:
                self.else_used.update({name} if self.functions else ())
        return node

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        """`NAME[0]`."""
        self.generic_visit(node)
        match node.value:
            case ast.Name(id=name) | ast.Attribute(attr=name) if self.functions:
                self.else_used.add(name)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """`Class.name += 1`, and `name += 1` of a global."""
        self.generic_visit(node)
        if not self.functions or not isinstance(node.op, (ast.Add, ast.Sub)):
            return node
        sign = 1 if isinstance(node.op, ast.Add) else -1
        return self._counting(node, node.target, node.value, sign) or node

    def visit_Assign(self, node: ast.Assign) -> Any:
        """The same written out: `Class.name = Class.name + 1`."""
        self.generic_visit(node)
        if not self.functions or len(node.targets) != 1:
            return node
        target = node.targets[0]
        match node.value:
            case ast.BinOp(left=left, op=ast.Add(), right=delta) if _same(target, left):
                return self._counting(node, target, delta, 1) or node
        return node

    def _counting(self, node: ast.stmt, target: Any, delta: ast.expr, sign: int) -> Any:
        end = [delta, ast.Constant(sign)]
        match target:
            case ast.Attribute(value=owner, attr=name) if _may_be_class(owner):
                call = _call(_ADD, [owner, ast.Constant(name), *end])
                return _at(node, ast.Expr(call))
            case ast.Name(id=name) if name in self.functions[-1]:
                now = ast.Name(name, ast.Load())
                module = ast.Name("__name__", ast.Load())
                call = _call(_COUNT, [module, ast.Constant(name), now, *end])
                return _at(node, ast.Assign([ast.Name(name, ast.Store())], call))
        return None


def _may_be_class(owner: ast.expr) -> bool:
    """A name that isn't `self`, `self.__class__` or `type(self)`: what else there is to find shows later."""
    match owner:
        case ast.Name(id=name):
            return name != "self"
        case ast.Attribute(attr="__class__") | ast.Call(func=ast.Name(id="type")):
            return True
    return False


def _same(target: ast.expr, value: ast.expr) -> bool:
    plain = [ast.dump(node).replace("Store()", "Load()") for node in (target, value)]
    return plain[0] == plain[1]


def _call(function: str, arguments: list[ast.expr]) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), arguments, [])


def _at(node: ast.stmt, made: ast.stmt) -> ast.stmt:
    return ast.fix_missing_locations(ast.copy_location(made, node))


#: What each module's functions take from, by the module's name.
_taken: dict[str, set[str]] = {}


def compiled(source: bytes | str, path: str, module: str) -> Any:
    """The code of one of the user's modules."""
    rewriter = Rewriter()
    try:
        tree = rewriter.visit(ast.parse(source, path))
    except RecursionError:  # expressions of hundreds of parts: such a file is left as it is
        return compile(source, path, "exec", dont_inherit=True)
    _taken[module] = rewriter.taken - rewriter.else_used
    return compile(tree, path, "exec", dont_inherit=True)


# What is taken from


class SharedList(list[Any]):
    """A list of the top level's, of which each item is taken once in the run; what is put back, too."""

    key = ""
    whole: tuple[Any, ...] = ()

    def __reduce__(self) -> Any:
        """What `test_start` leaves is a list as any other; each user makes this of it again."""
        return list, (list(super().__iter__()),)

    def _sync(self) -> None:
        if in_user:
            front, back = (shared.total(f"{self.key}.{end}") for end in ("front", "back"))
            super().__setitem__(slice(None), self.whole[front : max(front, len(self.whole) - back)])

    def pop(self, index: Any = -1) -> Any:
        """Takes one: of the list's own, then of those that were put back."""
        if not in_user or index not in (0, -1):
            return super().pop(index)
        end = "front" if index == 0 else "back"
        taken = shared.add(f"{self.key}.{end}", 1)
        other = shared.total(f"{self.key}.{'back' if index == 0 else 'front'}")
        if taken + other <= len(self.whole):
            self._sync()
            return self.whole[taken - 1 if index == 0 else -taken]
        shared.add(f"{self.key}.{end}", -1)
        self._sync()
        returned = shared.pop(f"{self.key}.returned")
        if returned is None:
            raise IndexError("pop from empty list")
        return pickle.loads(returned)

    def popleft(self) -> Any:
        """As of a deque."""
        return self.pop(0)

    def append(self, value: Any) -> None:
        """Puts one back."""
        if in_user:
            shared.push(f"{self.key}.returned", pickle.dumps(value))
        else:
            super().append(value)

    appendleft = append

    def extend(self, values: Any) -> None:
        """Puts some back."""
        for value in values:
            self.append(value)

    def __len__(self) -> int:
        self._sync()
        more = shared.length(f"{self.key}.returned") if in_user else 0
        return super().__len__() + more

    def __bool__(self) -> bool:
        return len(self) > 0

    def __iter__(self) -> Any:
        self._sync()
        return super().__iter__()


class Cycle:
    """`itertools.cycle`: where the top level made it, users take turns."""

    key = ""

    def __init__(self, iterable: Any) -> None:
        self._rest: Any = iter(iterable)
        self._seen: list[Any] = []
        self._at = 0

    def _item(self, index: int) -> Any:
        while self._rest is not None and len(self._seen) <= index:
            try:
                self._seen.append(next(self._rest))
            except StopIteration:
                self._rest = None
        if not self._seen:
            raise StopIteration
        return self._seen[index % len(self._seen)]

    def __iter__(self) -> Cycle:
        return self

    def __next__(self) -> Any:
        index = self._at
        if in_user and self.key:
            index += shared.add(self.key, 1) - 1
        else:
            self._at += 1
        return self._item(index)


class Count:
    """`itertools.count`: where the top level made it, each number is given once in the run."""

    key = ""

    def __init__(self, start: Any = 0, step: Any = 1) -> None:
        self._next, self._step = start, step

    def __iter__(self) -> Count:
        return self

    def __next__(self) -> Any:
        value = self._next
        if in_user and self.key:
            return value + (shared.add(self.key, 1) - 1) * self._step
        self._next = value + self._step
        return value


class SharedQueue(queue.Queue):  # type: ignore[type-arg]
    """A queue of the top level's, of which each item is taken once in the run."""

    key = ""
    whole: SharedList

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Waits as long as there is nothing."""
        end = None if timeout is None else vu.now() + timeout * 1_000_000
        while True:
            try:
                return self.whole.pop(0)
            except IndexError:
                if not block or (end is not None and vu.now() >= end):
                    raise queue.Empty from None
                vu.sleep(20_000)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        self.whole.append(item)

    def qsize(self) -> int:
        return len(self.whole)

    def empty(self) -> bool:
        return not self.whole

    def full(self) -> bool:
        return False

    def task_done(self) -> None:
        """Nothing waits for it."""

    def join(self) -> None:
        """Nothing to wait for."""


class _Loader(SourceFileLoader):
    """Loads the user's modules, changed."""

    def source_to_code(self, data: Any, path: Any, **_options: Any) -> Any:  # type: ignore[override]
        return compiled(data, path, self.name)


def install(folders: list[str]) -> None:
    """Before the file is loaded, which lies in these folders with its modules."""

    def hook(path: str) -> Any:
        if any(path == folder or path.startswith(f"{folder}/") for folder in folders):
            return FileFinder(path, (_Loader, [".py"]))
        raise ImportError

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
    setattr(builtins, _ADD, add)
    setattr(builtins, _COUNT, count)
    itertools.cycle, itertools.count = Cycle, Count  # type: ignore[misc, assignment]


def settle(modules: list[Any]) -> None:
    """After it: what the top level made, and functions take from, is shared."""
    for module in modules:
        taken = _taken.get(module.__name__, set())
        for name, value in list(vars(module).items()):
            _settle(module, name, value, f"{module.__name__}.{name}", name in taken)
            if isinstance(value, type) and value.__module__ == module.__name__:
                for inner, of_class in list(vars(value).items()):
                    key = f"{module.__name__}.{name}.{inner}"
                    _settle(value, inner, of_class, key, inner in taken)


def _settle(owner: Any, name: str, value: Any, key: str, is_taken: bool) -> None:
    if name.startswith("__"):
        return
    if isinstance(value, (Cycle, Count)):
        value.key = value.key or _short(key)
    elif type(value) in (list, deque) and is_taken:
        setattr(owner, name, _listed(value, key))
    elif type(value) is queue.Queue:
        made = SharedQueue()
        made.key, made.whole = key, _listed(list(value.queue), key)
        setattr(owner, name, made)


def _listed(values: Any, key: str) -> SharedList:
    made = SharedList(values)
    made.key, made.whole = _short(key), tuple(values)
    return made
