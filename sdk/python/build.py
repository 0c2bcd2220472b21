"""Turns a locustfile into a component: `python build.py SOURCE --wit DIR -o OUT`.

Run it with the Python of a virtual environment that has componentize-py. Nothing is written beside
the source: what is needed of it is copied to a folder that is gone afterwards.

Exit codes: 0 the component is there; 1 the source is wrong, and standard error says where and why;
3 a tool is missing or failed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from inspecting import Inspection, Problem, inspect

HERE = Path(__file__).resolve().parent
MARK = "\x1ewasmswarm\x1e"
ENTRIES = ("locustfile.py", "scenario.py")
COMPONENTIZE = "import sys; from componentize_py import script; sys.exit(script())"


def main() -> int:
    """Builds what the command line says."""
    options = arguments()
    try:
        entry = find_entry(options.source)
        found = inspect(entry, HERE / "compat")
        write_inputs(options.inputs, found)
        for note in found.notes:
            print(f"note: {note}", file=sys.stderr)
        build(found, options.wit, options.output)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Turns a locustfile into a component.")
    parser.add_argument("source", type=Path, help="a file, or a folder with locustfile.py")
    parser.add_argument("--wit", type=Path, required=True, help="the folder of the contract")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the component")
    parser.add_argument("--inputs", type=Path, help="write here, as JSON, which files were read")
    return parser.parse_args()


def find_entry(source: Path) -> Path:
    """The file that the build begins with."""
    if source.is_dir():
        entries = [source / name for name in ENTRIES if (source / name).is_file()]
        if not entries:
            raise Problem(f"{source}: there is no {' or '.join(ENTRIES)} in this folder")
        return entries[0]
    if not source.is_file():
        raise Problem(f"{source}: there is no such file")
    return source


def write_inputs(path: Path | None, found: Inspection) -> None:
    """Files whose change makes the component stale, and those that would if they were there."""
    if path:
        files = sorted(str(file.resolve()) for file in found.files)
        absent = sorted(str(file.absolute()) for file in found.absent)
        path.write_text(json.dumps({"read": files, "absent": absent}, indent=1))


def build(found: Inspection, wit: Path, output: Path) -> None:
    """Copies the source to where the componentizer can't see anything else, and runs it."""
    with tempfile.TemporaryDirectory(prefix="wasmswarm-python-") as folder:
        staged = Path(folder)
        stage(found, staged / "project")
        # An environment without packages, so that the componentizer doesn't look for others.
        packages = staged / "environment" / "lib" / "site-packages"
        packages.mkdir(parents=True)
        folders = [staged / "project", HERE, HERE / "compat", *found.packages]
        command = [sys.executable, "-c", COMPONENTIZE, "-q", "-d", wit, "-w", "plugin"]
        command += ["componentize", "wasmswarm_boot.component", "-o", output.absolute()]
        for path in folders:
            command += ["-p", path]
        environment = {**os.environ, "VIRTUAL_ENV": str(staged / "environment")}
        done = subprocess.run(
            [str(part) for part in command], env=environment, capture_output=True, text=True
        )
    if done.returncode != 0 or not output.is_file():
        raise failure(done.stdout + done.stderr)


def stage(found: Inspection, project: Path) -> None:
    """Copies the files, and writes which of them is to be loaded."""
    for file in found.files:
        target = project / "source" / file.relative_to(found.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    name = found.entry.stem if found.entry.stem.isidentifier() else "locustfile"
    (project / "wasmswarm_source.py").write_text(
        "\n".join(
            [
                '"""Written by the builder: what is to be loaded."""',
                f"NAME = {name!r}",
                f"PATH = {'/0/source/' + found.entry.name!r}",
                "ROOT = '/0/source'",
                f"LAZY = {sorted(found.lazy)!r}",
                "",
            ]
        )
    )


def failure(text: str) -> Problem:
    """The user's error, which the component marked, or else what the componentizer said."""
    parts = text.split(MARK)
    if len(parts) >= 3:
        return Problem(parts[1])
    if "No module named 'componentize_py'" in text:
        return Problem(
            f"{sys.executable} has no componentize-py: "
            f"{sys.executable} -m pip install componentize-py==0.25.1",
            3,
        )
    told = text.partition("Stack backtrace:")[0].strip()
    return Problem(f"componentize-py failed:\n{told[-2000:]}", 3)


if __name__ == "__main__":
    sys.exit(main())
