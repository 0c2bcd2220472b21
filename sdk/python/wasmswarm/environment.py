"""What a locustfile sees of the run: the environment, its runner and the operator's arguments."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from ._wit import params, vu
from .errors import Unsupported
from .events import UNSUPPORTED, Events, events

#: Options of Locust's that a test may ask for and that the guest can't know.
_HIDDEN = "the run's options aren't visible to a plugin; pass what you need with `-e NAME=value`"


class Runner:
    """The run. There are no workers to send messages to: each user is an instance of its own."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.state = "running"

    def quit(self) -> None:
        """Ends the whole run, in an orderly way."""
        vu.abort("the locustfile called runner.quit()")

    def stop(self) -> None:
        """Ends the whole run, in an orderly way."""
        vu.abort("the locustfile called runner.stop()")

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Unsupported(f"runner.{name} isn't supported: {_RUNNER.get(name, _RUNNER_OTHER)}")


_SHARED = "users share state through `wasmswarm.shared`, on all machines"
_RUNNER_OTHER = "the run is the host's; `runner.quit()` ends it"
_RUNNER = {
    "register_message": _SHARED,
    "send_message": _SHARED,
    "stats": UNSUPPORTED["quitting"],
    "user_count": "a LoadTestShape is told the number of users",
    "start": "the operator or a LoadTestShape says how many users run",
    "spawn_users": "the operator or a LoadTestShape says how many users run",
}
_ENVIRONMENT = {
    "stats": UNSUPPORTED["quitting"],
    "process_exit_code": UNSUPPORTED["quitting"],
    "create_local_runner": "start the file with `wasmswarm run`",
    "create_master_runner": "start the file with `wasmswarm run`",
    "create_worker_runner": "start the file with `wasmswarm run`",
    "create_web_ui": "the host has the web interface",
}


class Environment:
    """What `self.environment` and the listeners of events get."""

    def __init__(self, user_classes: list[Any], shape_class: Any) -> None:
        self.events: Events = events
        self.user_classes = user_classes
        self.shape_class = shape_class
        #: Relative URLs go to the run's host, so it is an empty prefix.
        self.host = ""
        self.web_ui = None
        self.catch_exceptions = True
        self.parsed_options = Options()
        self.runner = Runner(self)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "process_exit_code":
            raise Unsupported(f"environment.{name} isn't supported: {_ENVIRONMENT[name]}")
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> NoReturn:
        if name in _ENVIRONMENT:
            raise Unsupported(f"environment.{name} isn't supported: {_ENVIRONMENT[name]}")
        raise AttributeError(f"the environment has no {name!r}")


class ArgumentParser(argparse.ArgumentParser):
    """Takes a locustfile's own arguments, which the operator passes with `-e NAME=value`."""

    def __init__(self) -> None:
        super().__init__(prog="-e", add_help=False, allow_abbrev=False)
        #: Further names under which the operator may pass an argument.
        self.other_names: dict[str, str] = {}

    def add_argument(self, *names: Any, **settings: Any) -> Any:
        """As in `argparse`; what Locust has for its web interface changes nothing."""
        for ignored in ("include_in_web_ui", "is_secret", "is_required", "is_multiple"):
            settings.pop(ignored, None)
        env_var = settings.pop("env_var", None)
        action = super().add_argument(*names, **settings)
        if env_var:
            self.other_names[action.dest] = env_var
        return action

    def error(self, message: str) -> NoReturn:
        raise ValueError(message)

    def passed(self) -> argparse.Namespace:
        """The arguments with what the operator passed."""
        words: list[str] = []
        for action in self._actions:
            value = self._passed(action)
            if value is not None:
                words += self._words(action, value)
        return self.parse_args(words)

    def _passed(self, action: argparse.Action) -> str | None:
        names = [action.dest, action.dest.replace("_", "-"), self.other_names.get(action.dest)]
        for name in names:
            value = params.get(name) if name else None
            if value is not None:
                return value
        return None

    @staticmethod
    def _words(action: argparse.Action, value: str) -> list[str]:
        option = [action.option_strings[-1]] if action.option_strings else []
        if action.nargs == 0:
            return option if value.lower() not in ("", "0", "false", "no") else []
        return option + (value.split() if action.nargs in ("*", "+") else [value])


#: The one that listeners to `init_command_line_parser` get.
parser = ArgumentParser()


class Options:
    """`environment.parsed_options`: a locustfile's own arguments."""

    def __init__(self) -> None:
        self._parsed: argparse.Namespace | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._parsed is None:
            self._parsed = parser.passed()
        if name not in self._parsed:
            raise Unsupported(f"parsed_options.{name} isn't known: {_HIDDEN}")
        return getattr(self._parsed, name)
