"""Looks at a locustfile before it is built: syntax, imports, files, and what isn't supported.

All of it takes milliseconds, where a build takes seconds. What the file does when it runs is only
known then, so this finds the plain cases.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Data files that a source may name: how large, how many, how deep in a folder.
MOST_BYTES = 16 * 1024 * 1024
MOST_FILES = 500

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
    root: Path
    #: All files to be copied: modules, and data that they name.
    files: set[Path] = field(default_factory=set)
    #: Files that would be used if they were there.
    absent: set[Path] = field(default_factory=set)
    #: Folders with packages of others.
    packages: list[Path] = field(default_factory=list)
    #: Modules that functions import, when there are no files any more.
    lazy: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def inspect(entry: Path, compat: Path) -> Inspection:
    """Looks at the file and at all of the user's modules that it imports."""
    found = Inspection(entry, entry.parent)
    inspector = Inspector(found, compat)
    inspector.look_at(entry)
    if inspector.problems:
        raise Problem("\n".join(inspector.problems))
    return found


class Inspector:
    """Follows the imports from file to file."""

    def __init__(self, found: Inspection, compat: Path) -> None:
        self.found = found
        self.compat = compat
        self.problems: list[str] = []
        self.why_not = _why_not(compat)
        self.offered = [*_package_folders(found.root)]

    def look_at(self, file: Path) -> None:
        """One of the user's modules, and what it imports."""
        if file in self.found.files:
            return
        self.found.files.add(file)
        tree = self._parse(file)
        for node, lazy, guarded in _statements(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for name in self._imported(file, node):
                    self._follow(file, node, name, lazy, guarded)
            elif isinstance(node, ast.Attribute):
                self._attribute(file, node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self._named_file(node.value)

    def _parse(self, file: Path) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(file.read_bytes(), filename=str(file))
        except SyntaxError as error:
            old = sys.version_info < (3, 14)
            note = f" (read by Python {sys.version_info[0]}.{sys.version_info[1]})" if old else ""
            text = f"\n    {error.text.rstrip()}" if error.text else ""
            where = f"{file}:{error.lineno}:{error.offset}"
            raise Problem(f"{where}: {error.msg}{note}{text}") from None
        except ValueError as error:
            raise Problem(f"{file}: {error}") from None

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
            inside = package.relative_to(self.found.root).parts if self._is_own(package) else ()
            base = ".".join([*inside, *([base] if base else [])])
        if base:
            yield base
        # Each of the names may be a module within; that it isn't there means nothing.
        yield from (f"{base}.{alias.name}".lstrip(".") + "?" for alias in node.names)

    def _is_own(self, folder: Path) -> bool:
        return folder == self.found.root or self.found.root in folder.parents

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
        path = self.found.root.joinpath(*name.split("."))
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if candidate.is_file():
                self._packages_above(path)
                self.look_at(candidate)
                return True
            if "." not in name:
                self.found.absent.add(candidate)
        return path.is_dir() and any(path.glob("*.py"))

    def _packages_above(self, path: Path) -> None:
        for folder in path.parents:
            if folder == self.found.root:
                return
            if (folder / "__init__.py").is_file():
                self.look_at(folder / "__init__.py")

    def _check_foreign(self, file: Path, node: Any, name: str, lazy: bool) -> None:
        top = name.partition(".")[0]
        instead = self.why_not(name)
        if instead:
            self._refuse(file, node, f"module {name} isn't supported: {instead}")
        elif top in sys.stdlib_module_names or top == "wasmswarm" or self._in_compat(name):
            return
        elif (folder := self._folder_with(top)) is not None:
            if folder not in self.found.packages:
                self.found.packages.append(folder)
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
        """A text that is the name of a file beside the source: the top level may read it."""
        if not 0 < len(text) < 256 or "\0" in text or text.startswith(("/", "~")) or ".." in text:
            return
        path = self.found.root / text
        if path == self.found.root:
            return
        if path.is_file():
            self._add_file(path)
        elif path.is_dir():
            for file in sorted(path.rglob("*"))[:MOST_FILES]:
                if file.is_file() and "__pycache__" not in file.parts:
                    self._add_file(file)

    def _add_file(self, path: Path) -> None:
        if path.suffix != ".py" and path.stat().st_size <= MOST_BYTES:
            self.found.files.add(path)

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


def _package_folders(root: Path) -> Iterator[Path]:
    """Where packages of others may lie beside the source."""
    if (root / "vendor").is_dir():
        yield root / "vendor"
    for environment in (".venv", "venv"):
        yield from sorted((root / environment).glob("lib/python3*/site-packages"))
        yield from sorted((root / environment).glob("Lib/site-packages"))


def _why_not(compat: Path) -> Any:
    """The function of the table that the component has too; the `locust` around it isn't loaded."""
    path = compat / "locust" / "_unsupported.py"
    spec = importlib.util.spec_from_file_location("_unsupported", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.why_not
