"""Runs a locustfile's text against the host in `host.py`, in a Python of its own."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

HERE = Path(__file__).resolve().parent
WIT = HERE.parents[2] / "wit"
_BINDINGS = "import sys; from componentize_py import script; sys.exit(script())"


@cache
def bindings() -> str:
    """The contract's bindings, in a folder that lives as long as the tests."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    command = [sys.executable, "-c", _BINDINGS, "-q", "-d", str(WIT), "-w", "plugin"]
    subprocess.run([*command, "bindings", folder.name], check=True)
    return folder.name


def run(source: str, users: int = 1, iterations: int = 1, **parameters: str) -> dict[str, Any]:
    """What the host saw."""
    done = _run(source, users, iterations, parameters)
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def refusal(source: str) -> str:
    """The last line of the error with which a file isn't loaded."""
    done = _run(source, 1, 1, {})
    assert done.returncode, "it was loaded"
    return done.stderr.strip().splitlines()[-1]


def _run(source: str, users: int, iterations: int, parameters: dict[str, str]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder).resolve() / "shop.py"
        file.write_text(dedent(source))
        command = [sys.executable, str(HERE / "host.py"), str(file), str(users), str(iterations)]
        return subprocess.run(
            command + [f"{name}={value}" for name, value in parameters.items()],
            env={**os.environ, "PYTHONPATH": bindings()},
            capture_output=True,
            text=True,
        )
