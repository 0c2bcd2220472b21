"""Names of files that an expression makes: `os.path.join(os.path.dirname(__file__), "data", "a.csv")`.

What can't be known before the file runs is None. This only saves time: what it misses is found when the
top level opens it.
"""

from __future__ import annotations

import ast
import os
from typing import Any

#: As deep, and as many, as such expressions are; and how long a name is.
MOST_DEPTH, MOST_STEPS, MOST_TEXT = 32, 100_000, 4096


class Folder:
    """Folds the expressions of one module."""

    def __init__(self, file: str, tree: ast.Module, cwd: str) -> None:
        self.file = file
        self.cwd = cwd
        self.steps = 0
        #: Names that are given a value once, outside of functions.
        self.names: dict[str, ast.expr] = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.names.setdefault(node.targets[0].id, node.value)

    def fold(self, node: Any, depth: int = 0) -> str | None:
        """The text, or path, that an expression is."""
        self.steps += 1
        if depth > MOST_DEPTH or self.steps > MOST_STEPS:
            return None
        match node:
            case ast.Constant(value=str(text)):
                return text
            case ast.Name(id="__file__"):
                return self.file
            case ast.Name(id=name) if name in self.names:
                return self.fold(self.names[name], depth + 1)
            case ast.BinOp(left=left, op=ast.Div() | ast.Add() as op, right=right):
                parts = self._all([left, right], depth)
                join = os.path.join if isinstance(op, ast.Div) else str.__add__
                return None if parts is None else join(*parts)
            case ast.Attribute(value=value, attr="parent"):
                inner = self.fold(value, depth + 1)
                return None if inner is None else os.path.dirname(inner)
            case ast.Call(func=ast.Attribute() | ast.Name()):
                return self._call(node, depth)
        return None

    def _call(self, node: ast.Call, depth: int) -> str | None:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else function.id  # type: ignore[attr-defined]
        if name in ("getcwd", "cwd") and not node.args:
            return self.cwd
        of_path = isinstance(function, ast.Attribute) and not _is_module(function.value)
        parts = self._all([*([function.value] if of_path else []), *node.args], depth)  # type: ignore[attr-defined]
        if not parts:
            return None
        if name in ("join", "joinpath", "Path", "PurePath"):
            return os.path.join(*parts)
        if name == "dirname":
            return os.path.dirname(parts[0])
        if name in ("abspath", "realpath", "resolve", "absolute", "normpath", "str", "fspath"):
            return parts[0]
        return None

    def _all(self, nodes: list[Any], depth: int) -> list[str] | None:
        parts = [self.fold(node, depth + 1) for node in nodes]
        known = [part for part in parts if part is not None]
        return known if len(known) == len(parts) and sum(map(len, known)) < MOST_TEXT else None


def _is_module(node: Any) -> bool:
    """`os`, `os.path`, `pathlib`."""
    if isinstance(node, ast.Attribute):
        return node.attr == "path" and _is_module(node.value)
    return isinstance(node, ast.Name) and node.id in ("os", "osp", "path", "pathlib", "posixpath")
