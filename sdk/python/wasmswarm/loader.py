"""Loads the user's file while the component is made, and readies it when the component runs."""

from __future__ import annotations

import inspect
import json
import os
import sys
from types import CodeType, ModuleType
from typing import Any

from . import after, chance, environ, plan, sharing, trace
from ._wit import exported
from .environment import Environment, parser
from .errors import LocustError, Unsupported
from .events import events
from .native import setups
from .shape import LoadTestShape
from .users import User


class Plugin:
    """What the user's file declares."""

    def __init__(self, entry: ModuleType, modules: list[ModuleType]) -> None:
        self.entry = entry
        #: The user's own modules, the entry first.
        self.modules = modules
        user_classes = _classes(entry, User)
        shapes = _classes(entry, LoadTestShape)
        if len(shapes) > 1:
            names = ", ".join(shape.__name__ for shape in shapes)
            raise LocustError(f"there is more than one LoadTestShape: {names}; keep one")
        self.shape = shapes[0]() if shapes else None
        if not user_classes:
            raise LocustError(_no_users(entry))
        self.scenarios = [plan.Scenario(user_class) for user_class in user_classes]
        self.host = _common_host(user_classes)
        self.environment = Environment(user_classes, self.shape)
        self.description = exported.Description(
            setups.about or (entry.__doc__ or "").strip().partition("\n")[0],
            plan.infos(self.scenarios),
            self._options(),
            self.shape is not None,
        )

    def _options(self) -> str:
        options = dict(setups.options)
        # Locust ends users where they pause; the rest of a task doesn't come after the end.
        options.setdefault("on_stop", "at-pause")
        if self.host:
            options.setdefault("host", self.host)
        return json.dumps(options)


plugin: Plugin


def load(name: str, path: str, root: str, lazy: list[str], base: str = "") -> None:
    """Runs the file's top level. `lazy`: modules that its functions import; `base`: where more may lie."""
    global plugin
    trace.source_root = root
    sys.path[:0] = [*dict.fromkeys([root, base or root])]
    os.chdir(root)  # so that the top level finds files beside it
    name = name if name not in sys.modules else "locustfile"
    sharing.install([root, base or root])
    chance.install()
    entry = ModuleType(name)
    entry.__file__ = path
    sys.modules[name] = entry
    with open(path, "rb") as file:
        code = sharing.compiled(file.read(), path[len(root) :].lstrip("/"), name)
    known = set(sys.modules)
    exec(code, entry.__dict__)
    _import_now(lazy)
    modules = [entry, *_own_modules(known, base or root)]
    codes = [code, *_codes(modules)]
    after.history_mentioned = any(_names(code, "history") for code in codes)
    for listener in events.init_command_line_parser.listeners:
        listener(parser=parser)
    sharing.settle(modules)
    chance.settle()
    plugin = Plugin(entry, modules)


_begun = False


def begin_user() -> Environment:
    """Once per instance, before anything of the user's runs."""
    global _begun
    if not _begun:
        _begun = True
        environ.begin()
        chance.begin()
        environment = plugin.environment
        events.init.fire(environment=environment, runner=environment.runner, web_ui=None)
    return plugin.environment


def _classes(entry: ModuleType, base: Any) -> list[Any]:
    found = []
    for value in vars(entry).values():
        if inspect.isclass(value) and issubclass(value, base) and not value.abstract:
            if value not in found:
                found.append(value)
    return found


def _no_users(entry: ModuleType) -> str:
    text = "there is no user class: declare one, such as `class Shopper(HttpUser)` with a @task"
    if any(name.startswith("test_") for name in vars(entry)):
        text += "; functions in the style of pytest aren't supported"
    return text


def _common_host(user_classes: list[Any]) -> str | None:
    """The server of all classes, which `--host` replaces. Classes that differ keep theirs."""
    hosts = {user_class.host for user_class in user_classes if user_class.host}
    if len(hosts) != 1 or not all(user_class.host for user_class in user_classes):
        return None
    for user_class in user_classes:
        user_class.host = ""
    return hosts.pop()


def _import_now(lazy: list[str]) -> None:
    """There are no files to import from once the component runs."""
    for name in lazy:
        try:
            __import__(name)
        except Unsupported:
            raise
        except ImportError:
            pass


def _own_modules(known: set[str], root: str) -> list[ModuleType]:
    new = [module for name, module in list(sys.modules.items()) if name not in known]
    return [m for m in new if (getattr(m, "__file__", None) or "").startswith(root + "/")]


def _codes(modules: list[ModuleType]) -> list[CodeType]:
    """The code of the functions and methods of these modules."""
    found = []
    for module in modules:
        for value in vars(module).values():
            members = vars(value).values() if isinstance(value, type) else [value]
            found += [member.__code__ for member in members if hasattr(member, "__code__")]
    return found


def _names(code: CodeType, name: str) -> bool:
    """Whether code, or what is within it, has an attribute or argument of this name."""
    if name in code.co_names or (name,) in code.co_consts:
        return True
    return any(
        (isinstance(const, CodeType) and _names(const, name))
        or (isinstance(const, tuple) and name in const)
        for const in code.co_consts
    )
