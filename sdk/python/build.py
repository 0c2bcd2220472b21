"""Turns a locustfile into a component: `python build.py SOURCE --wit DIR -o OUT`.

Run it with the Python of a virtual environment that has componentize-py. Nothing is written beside
the source: what is needed of it is copied to a folder that is gone afterwards.

Exit codes: 0 the component is there; 1 the source is wrong, and standard error says where and why;
3 a tool is missing or failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import packages
from inspecting import Inspection, Problem, inspect
from reaching import Elsewhere, Reach, plain

HERE = Path(__file__).resolve().parent
#: Of the SDK, what a component is made of.
PARTS = ("wasmswarm", "wasmswarm_boot", "compat")
MARK = "\x1ewasmswarm\x1e"
#: Seconds that the componentizer may take, the top level included.
TIME = 120
#: How many files may show only when the top level opens them: each costs another round.
MOST_ROUNDS = 24
#: What is taken along from the same folder, if it isn't the source's own.
MOST_NEIGHBOURS, MOST_NEIGHBOUR = 100, 1024 * 1024
ENTRIES = ("locustfile.py", "scenario.py")
#: The user's top level runs in it: no file of it may fill the disk.
COMPONENTIZE = (
    "import sys, resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 29, 1 << 29)); "
    "from componentize_py import script; sys.exit(script())"
)


def main() -> int:
    """Builds what the command line says."""
    options = arguments()
    try:
        entry = find_entry(options.source)
        reach = Reach.of(options.orders, Path(plain(entry)).parent)
        found = inspect(entry, HERE / "compat", reach)
        for note in found.notes:
            print(f"note: {note}", file=sys.stderr)
        read, asked = build(found, options.wit, options.output)
        write_inputs(options.inputs, found, read, asked)
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
    parser.add_argument("--orders", type=Path, help="JSON that says what may be read, and parameters")
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


def write_inputs(path: Path | None, found: Inspection, read: list[Path], asked: list[str]) -> None:
    """Files whose change makes the component stale, those that would if they were there, and parameters."""
    if path:
        files = sorted({str(file) for file in [*found.files, *read]})
        absent = sorted(str(file) for file in found.absent)
        path.write_text(json.dumps({"read": files, "absent": absent, "asked": asked}, indent=1))


def build(found: Inspection, wit: Path, output: Path) -> tuple[list[Path], list[str]]:
    """Copies all to where the componentizer can't see anything else, and runs it.

    It may write to what it sees, and the user's top level runs in it: so it never sees an original.
    Returns the files of packages that were read, and the parameters that the top level asked for.
    """
    with tempfile.TemporaryDirectory(prefix="wasmswarm-python-") as folder:
        staged = Path(folder)
        for part in PARTS:
            shutil.copytree(HERE / part, staged / "sdk" / part, ignore=_NO_CACHES)
        read = stage_packages(found, staged / "packages")
        # An environment without packages, so that the componentizer doesn't look for others.
        (staged / "environment/lib/site-packages").mkdir(parents=True)
        for number in range(MOST_ROUNDS):
            project = staged / f"project-{number}"  # anew: the last round may have left links in it
            stage(found, project)
            done = componentize(staged, project, wit, output)
            needed = told(project / "needed")
            if not needed or not look_for(found, needed):
                break
        if done.returncode != 0 or not output.is_file():
            raise failure(done.stdout + done.stderr)
        return read, told(project / "asked")


_NO_CACHES = shutil.ignore_patterns("__pycache__")


def componentize(staged: Path, project: Path, wit: Path, output: Path) -> subprocess.CompletedProcess[str]:
    """Runs the componentizer with nothing of the operator's environment that it doesn't need."""
    folders = [project, staged / "sdk", staged / "sdk/compat", staged / "packages"]
    command = [sys.executable, "-c", COMPONENTIZE, "-q", "-d", wit, "-w", "plugin"]
    command += ["componentize", "wasmswarm_boot.component", "-o", output.absolute()]
    for path in folders:
        command += ["-p", path]
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment["VIRTUAL_ENV"] = str(staged / "environment")
    try:
        return subprocess.run(
            [str(part) for part in command],
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIME,
            cwd=staged,
        )
    except subprocess.TimeoutExpired:
        raise Problem(f"its top level computed for more than {TIME} s") from None


def stage_packages(found: Inspection, target: Path) -> list[Path]:
    """Copies what is imported of others. Returns the files that were read."""
    target.mkdir()
    try:
        copied = [
            packages.copy(folder, names, target, found.reach)
            for folder, names in found.packages.items()
        ]
    except packages.TooMuch as error:
        raise Problem(str(error)) from None
    return [file for files in copied for file in files]


def stage(found: Inspection, project: Path) -> None:
    """Copies the files, and writes which of them is to be loaded."""
    for place, path in ({found.place(path): path for path in found.files} | found.places).items():
        target = project / place.removeprefix("/0/")
        assert ".." not in target.parts, place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(found.files[path])
    root = found.place(found.root)
    settings = {
        "NAME": found.entry.stem if found.entry.stem.isidentifier() else "locustfile",
        "PATH": f"{root}/{found.entry.name}",
        "ROOT": root,
        "BASE": found.place(found.base),
        "LAZY": sorted(found.lazy),
        "ABSENT": sorted(map(found.place, found.absent)),
        "REFUSED": found.refused,
        "PARAMETERS": {name: value for name, value in found.reach.parameters if name in found.texts},
    }
    lines = [f"{name} = {value!r}" for name, value in settings.items()]
    text = "\n".join(['"""Written by the builder: what is to be loaded."""', *lines, ""])
    (project / "wasmswarm_source.py").write_text(text)


def look_for(found: Inspection, needed: list[str]) -> bool:
    """Finds what the top level opened, which may be known by a name that is made only then.

    Returns whether that changes anything.
    """
    def known() -> list[int]:
        return [len(kind) for kind in (found.files, found.places, found.absent, found.refused)]

    before = known()
    for place in map(os.path.normpath, needed):
        path = found.path(place)
        if path is not None:
            look_for_one(found, path, place)
    return before != known()


def look_for_one(found: Inspection, path: Path, place: str) -> None:
    tries = [path]
    if found.root in path.parents:  # as from the folder in which the command was typed
        tries.append(found.base / path.relative_to(found.root))
    try:
        for candidate in tries:
            if found.reach.has_file(candidate):
                found.take(candidate, place)
                return take_neighbours(found, candidate.parent, place.rpartition("/")[0])
        if not found.reach.names(path):
            raise Elsewhere(path.parent)
        found.absent.add(path)
    except Elsewhere as error:
        found.refused[place] = str(error)
    except OSError as error:
        found.refused[place] = f"it can't be read: {error}"


def take_neighbours(found: Inspection, folder: Path, place: str) -> None:
    """What lies beside a file that was opened is likely to be opened next, and each round takes seconds."""
    for file in sorted(folder.iterdir())[:MOST_NEIGHBOURS]:
        small = file.suffix != ".py" and file.is_file() and file.stat().st_size < MOST_NEIGHBOUR
        if small and folder not in (found.root, found.base):
            with contextlib.suppress(Elsewhere, OSError):
                found.take(file, f"{place}/{file.name}")


def told(path: Path) -> list[str]:
    """Lines that the component left for the builder. The top level may have put there what it likes."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | _CAREFULLY)) as file:
            lines = file.read(64 * 1024).split("\n")
    except (OSError, ValueError):
        return []
    return [line for line in lines if line and "\0" not in line][:100]


#: No link is followed, and no pipe waited for.
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


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
