"""Looks at a locustfile before it is built: syntax, imports, files, and what isn't supported.

All of it takes milliseconds, where a build takes seconds. What the file does when it runs is only
known then, so this finds the plain cases.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from folding import Folder
from reaching import Elsewhere, Reach, plain

#: Data files that a source may name: how large, how many, how deep in a folder.
MOST_BYTES = 16 * 1024 * 1024
MOST_FILES = 500
#: All files of a source together; and how many of a folder's entries are looked at.
MOST_BYTES_IN_ALL, MOST_ENTRIES = 256 * 1024 * 1024, 20_000

#: Where the component finds the user's files: those around the source, so deep that names may go up
#: from there as they do here, and those with whole names.
SOURCE, GRANTED = "/0/1/2/3/4/5/6/7/8", "/0/granted"

#: Attributes that say that something isn't supported, wherever they are.
ATTRIBUTES = {
    "register_message": "users share state through `wasmswarm.shared`, on all machines",
    "send_message": "users share state through `wasmswarm.shared`, on all machines",
    "process_exit_code": "pass or fail by thresholds: `wasmswarm run --threshold ...` or "
    "`wasmswarm.configure(thresholds=[...])`",
    "request_meta": "the host has recorded the request when it returns; give it its name before: "
    "client.get(url, name=...)",
}
#: Attributes of the environment and the runner only.
OF_ENVIRONMENT = {
    "stats": "results are the host's: `wasmswarm run --threshold ...` judges them",
}


class Problem(Exception):
    """Why there is no component; the text is for the user."""

    def __init__(self, text: str, exit_code: int = 1) -> None:
        super().__init__(text)
        self.exit_code = exit_code


@dataclass
class Inspection:
    """What a source consists of."""

    entry: Path
    #: The folder of the source, and the outermost one around it that may be read.
    root: Path
    base: Path
    reach: Reach
    #: All files to be copied, with their content: modules, and data that they name.
    files: dict[Path, bytes] = field(default_factory=dict)
    #: Further places where the source finds some of them.
    places: dict[str, Path] = field(default_factory=dict)
    #: Files that would be used if they were there.
    absent: set[Path] = field(default_factory=set)
    #: Places of what the source asked for and may not read, with the reason.
    refused: dict[str, str] = field(default_factory=dict)
    #: Folders with packages of others, and the names in them that are imported.
    packages: dict[Path, set[str]] = field(default_factory=dict)
    #: Modules that functions import, when there are no files any more.
    lazy: set[str] = field(default_factory=set)
    #: Texts outside of functions: among them are the parameters that the top level asks for.
    texts: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def take(self, path: Path, place: str = "") -> bytes:
        """Reads a file, once. `place`: where else the source looks for it."""
        if path not in self.files:
            content = self.reach.read(path)
            if sum(map(len, self.files.values())) + len(content) > MOST_BYTES_IN_ALL:
                raise OSError("the files of a script have more than 256 MiB")
            self.files[path] = content
        if place:
            self.places[place] = path
        return self.files[path]

    def place(self, path: Path) -> str:
        """Where the component finds a file."""
        place = os.path.normpath(os.path.join(SOURCE, os.path.relpath(path, self.base)))
        return place if place.startswith("/0/1/") else GRANTED + str(path)

    def path(self, place: str) -> Path | None:
        """The file that would be found there."""
        if place.startswith("/0/1/"):
            return Path(plain(self.base / os.path.relpath(place, SOURCE)))
        return Path(plain(place.removeprefix(GRANTED))) if place.startswith(f"{GRANTED}/") else None

    def place_of(self, name: str) -> str:
        """Where it looks for a name, which is one from the source's folder or a whole path."""
        return GRANTED + plain(name) if name.startswith("/") else self.place(Path(plain(self.root / name)))


def inspect(entry: Path, compat: Path, reach: Reach | None = None) -> Inspection:
    """Looks at the file and at all of the user's modules that it imports."""
    entry = Path(plain(entry))
    reach = reach or Reach.of(None, entry.parent)
    found = Inspection(entry, entry.parent, _base(entry.parent, reach), reach)
    inspector = Inspector(found, compat)
    inspector.look_at(entry)
    if inspector.problems:
        raise Problem("\n".join(inspector.problems))
    return found


def _base(root: Path, reach: Reach) -> Path:
    names = [Path(name) for place in reach.places for name in place["names"]]
    around = [name for name in names if name == root or name in root.parents]
    return min(around, key=lambda name: len(name.parts), default=root)


class Inspector:
    """Follows the imports from file to file."""

    def __init__(self, found: Inspection, compat: Path) -> None:
        self.found = found
        self.compat = compat
        self.problems: list[str] = []
        self.why_not = _why_not(compat)
        #: Where the user's modules may lie.
        self.roots = [*dict.fromkeys([found.root, found.base])]
        self.offered = [*_package_folders(found)]

    def look_at(self, file: Path) -> None:
        """One of the user's modules, and what it imports."""
        if file in self.found.files:
            return
        tree = self._parse(file)
        folder = Folder(str(file), tree, str(self.found.root))
        for node, lazy, guarded in _statements(tree):
            if isinstance(node, (ast.Call, ast.BinOp)) and (name := folder.fold(node)):
                self._named_file(name)
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for name in self._imported(file, node):
                    self._follow(file, node, name, lazy, guarded)
            elif isinstance(node, ast.Attribute):
                self._attribute(file, node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self._named_file(node.value)
                if not lazy:
                    self.found.texts.add(node.value)

    def _parse(self, file: Path) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                content = _entry(file) if file == self.found.entry else self.found.take(file)
                self.found.files[file] = content
                return ast.parse(content, filename=str(file))
        except Elsewhere as error:
            raise Problem(f"{file} may not be read: {error}") from None
        except OSError as error:
            raise Problem(f"{file} can't be read: {error}") from None
        except SyntaxError as error:
            old = sys.version_info < (3, 14)
            note = f" (read by Python {sys.version_info[0]}.{sys.version_info[1]})" if old else ""
            text = f"\n    {error.text.rstrip()}" if error.text else ""
            where = f"{file}:{error.lineno}:{error.offset}"
            raise Problem(f"{where}: {error.msg}{note}{text}") from None
        except ValueError as error:
            raise Problem(f"{file}: {error}") from None
        except (RecursionError, MemoryError):
            raise Problem(f"{file}: its expressions are nested too deeply") from None

    def _imported(self, file: Path, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        """The modules that a statement may import, by their full names."""
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            return
        base = node.module or ""
        if node.level:
            package = file.parent
            for _ in range(node.level - 1):
                package = package.parent
            base = ".".join([*self._inside(package), *([base] if base else [])])
        if base:
            yield base
        # Each of the names may be a module within; that it isn't there means nothing.
        yield from (f"{base}.{alias.name}".lstrip(".") + "?" for alias in node.names)

    def _inside(self, folder: Path) -> tuple[str, ...]:
        """The packages that a folder of the user's stands for."""
        for root in self.roots:
            if folder == root or root in folder.parents:
                return folder.relative_to(root).parts
        return ()

    def _follow(self, file: Path, node: Any, name: str, lazy: bool, guarded: bool) -> None:
        maybe, name = name.endswith("?"), name.rstrip("?")
        if self._own_module(name):
            pass
        elif not maybe and not guarded:
            self._check_foreign(file, node, name, lazy)
        elif maybe and not guarded and self.why_not(name):
            self._refuse(file, node, f"module {name} isn't supported: {self.why_not(name)}")
        if lazy and not maybe:
            self.found.lazy.add(name)

    def _own_module(self, name: str) -> bool:
        """Whether it is a file of the user's; then that is looked at too."""
        reach = self.found.reach
        for root in self.roots:
            path = root.joinpath(*name.split("."))
            for candidate in (path.with_suffix(".py"), path / "__init__.py"):
                if reach.has_file(candidate):
                    self._packages_above(root, path)
                    self.look_at(candidate)
                    return True
                if "." not in name and reach.names(candidate):
                    self.found.absent.add(candidate)
            if reach.has_folder(path) and any(path.glob("*.py")):
                return True
        return False

    def _packages_above(self, root: Path, path: Path) -> None:
        for folder in path.parents:
            if folder == root:
                return
            if self.found.reach.has_file(folder / "__init__.py"):
                self.look_at(folder / "__init__.py")

    def _check_foreign(self, file: Path, node: Any, name: str, lazy: bool) -> None:
        top = name.partition(".")[0]
        instead = self.why_not(name)
        if instead:
            self._refuse(file, node, f"module {name} isn't supported: {instead}")
        elif top in sys.stdlib_module_names or top == "wasmswarm" or self._in_compat(name):
            return
        elif self._in_compat(top):
            self._refuse(file, node, f"there is no module {name!r} here, in place of the package's")
        elif (folder := self._folder_with(top)) is not None:
            self.found.packages.setdefault(folder, set()).add(top)
        else:
            text = (
                f"there is no module {top!r}: put the package into a folder `vendor` or `.venv` beside "
                f"the file (`python3 -m pip install --target vendor {top}`); it must be pure Python"
            )
            if lazy:
                self.found.notes.append(f"{self._where(file, node)}: {text}")
            else:
                self._refuse(file, node, text)

    def _in_compat(self, name: str) -> bool:
        name = name.removeprefix("requests.packages.")
        path = self.compat.joinpath(*name.split("."))
        return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()

    def _folder_with(self, top: str) -> Path | None:
        for folder in self.offered:
            if (folder / f"{top}.py").is_file() or (folder / top).is_dir():
                return folder
        return None

    def _attribute(self, file: Path, node: ast.Attribute) -> None:
        instead = ATTRIBUTES.get(node.attr)
        if instead is None and _name_of(node.value) in ("environment", "env", "runner"):
            instead = OF_ENVIRONMENT.get(node.attr)
        if instead is not None:
            owner = _name_of(node.value)
            name = f"{owner}.{node.attr}" if owner else node.attr
            self._refuse(file, node, f"{name} isn't supported: {instead}")

    def _named_file(self, text: str) -> None:
        """A text that is the name of a file: the top level may read it, from the source's folder or the command's."""
        if not 0 < len(text) < 1024 or "\0" in text or "\n" in text or not text.strip("./"):
            return
        if Path(plain(self.found.root / text)) in (*self.roots, *self.found.root.parents):
            return  # a folder that names are put together with
        place = self.found.place_of(text)
        path = Path(plain(self.found.root / text))
        if text.startswith(("/", "..")) and not self.found.reach.names(path):
            if len(self.found.refused) < MOST_FILES:  # known at once, it costs no round
                self.found.refused[place] = str(Elsewhere(path.parent))
            return
        for root in self.roots:
            path = Path(plain(root / text))
            if self.found.reach.has_file(path):
                self._add_file(path, place)
                return
            if self.found.reach.has_folder(path):
                for file in sorted(islice(path.rglob("*"), MOST_ENTRIES))[:MOST_FILES]:
                    if file.is_file() and "__pycache__" not in file.parts:
                        self._add_file(file, f"{place}/{file.relative_to(path)}")
                return

    def _add_file(self, path: Path, place: str) -> None:
        if path.suffix == ".py" or path.stat().st_size > MOST_BYTES:
            return
        try:
            self.found.take(path, place)
        except Elsewhere as error:
            self.found.refused[place] = str(error)
        except OSError as error:
            self.found.notes.append(f"{path} can't be read: {error}")

    def _refuse(self, file: Path, node: Any, text: str) -> None:
        problem = f"{self._where(file, node)}: {text}"
        if problem not in self.problems:
            self.problems.append(problem)

    @staticmethod
    def _where(file: Path, node: Any) -> str:
        return f"{file}:{node.lineno}"


def _statements(tree: ast.AST) -> Iterator[tuple[ast.AST, bool, bool]]:
    """All nodes; whether each is in a function, and whether a failure there is caught."""
    waiting: list[tuple[ast.AST, bool, bool]] = [(tree, False, False)]
    while waiting:
        node, lazy, guarded = waiting.pop()
        yield node, lazy, guarded
        if isinstance(node, ast.If) and _is_skipped(node.test):
            waiting += [(child, lazy, guarded) for child in node.orelse]
            continue
        lazy = lazy or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(node, ast.Try):
            waiting += [(child, lazy, True) for child in [*node.body, *node.handlers]]
            waiting += [(child, lazy, guarded) for child in [*node.orelse, *node.finalbody]]
            continue
        waiting += [(child, lazy, guarded) for child in ast.iter_child_nodes(node)]


def _is_skipped(test: ast.expr) -> bool:
    """`if __name__ == "__main__"` and `if TYPE_CHECKING`, which don't run here."""
    if isinstance(test, ast.Compare):
        return _name_of(test.left) == "__name__"
    return _name_of(test) == "TYPE_CHECKING"


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _entry(file: Path) -> bytes:
    """The operator named it, so it is read wherever a link leads."""
    with open(file, "rb") as opened:
        return opened.read()


def _package_folders(found: Inspection) -> Iterator[Path]:
    """Where packages of others may lie beside the source."""
    root = found.root
    folders = [root / "vendor"]
    for environment in (".venv", "venv"):
        folders += sorted((root / environment).glob("lib/python3*/site-packages"))
        folders += sorted((root / environment).glob("Lib/site-packages"))
    yield from (folder for folder in folders if found.reach.has_folder(folder))


def _why_not(compat: Path) -> Any:
    """The function of the table that the component has too; the `locust` around it isn't loaded."""
    path = compat / "locust" / "_unsupported.py"
    spec = importlib.util.spec_from_file_location("_unsupported", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.why_not
