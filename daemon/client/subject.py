"""What to synthesize, from whatever a caller has: a function object, FILE::FUNCTION, or a text.

Nothing is imported or run for it, and no line of it is changed.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import re
import sys
import tokenize
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from synthd.daemon.client import cells
from synthd.daemon.client.errors import NoSource

UNNAMED = "unnamed_source.py"
CELL = "notebook_cell.py"
_LOCALS = ".<locals>."


@dataclass(frozen=True, slots=True)
class Subject:
    """raw: the bytes of the file, None where there is none. names: what a loaded result may use.
    python: the interpreter that runs it, "" for that of its project."""

    path: str
    text: str
    function: str
    raw: bytes | None = None
    encoding: str = "utf-8"
    names: Mapping[str, Any] = field(default_factory=dict, repr=False)
    python: str = ""

    @property
    def is_file(self) -> bool:
        return self.raw is not None

    @property
    def label(self) -> str:
        return f"{self.path}::{self.function}" if self.is_file else self.function


def subject(given: Callable[..., Any] | str, function: str | None = None) -> Subject:
    """Raises NoSource. function: which one, where a text has several."""
    if callable(given):
        return _of_function(given)
    file, colons, name = given.partition("::")
    if colons and "\n" not in given:
        return _of_file(os.path.abspath(file), name.replace("::", ".") if _python(file) else name)
    if "\n" not in given and os.path.isfile(given):
        raise NoSource(f"{given} is a file: name the function in it, {given}::FUNCTION")
    text = given if given.endswith("\n") else f"{given}\n"
    return Subject(os.path.abspath(UNNAMED), text, function or _only(text))


def _of_function(given: Callable[..., Any]) -> Subject:
    found = inspect.unwrap(getattr(given, "__func__", given))
    code = getattr(found, "__code__", None)
    name = str(getattr(found, "__qualname__", repr(given)))
    if code is None:
        raise NoSource(f"{name} is no function written in Python: give its source text instead")
    if _LOCALS in name or "<lambda>" in name:
        raise NoSource(f"{name} is inside another function; only those at the top can be written")
    file = str(code.co_filename)
    names = found.__globals__
    if os.path.isfile(file) and not _is_cell(file):
        there = _of_file(os.path.abspath(file), name)
        return replace(there, function=name, names=names, python=sys.executable)
    text = "".join(linecache.getlines(file, names))
    if not text:
        raise NoSource(
            f"there is no source of {name} ({file}): write it into a file or a notebook's cell, "
            "or give the text"
        )
    earlier = [ran for ran in cells.ran() if ran.strip() != text.strip()]
    whole = cells.text(text, name, earlier)
    return Subject(os.path.abspath(CELL), whole, name, names=names, python=sys.executable)


def _of_file(path: str, function: str) -> Subject:
    try:
        with open(path, "rb") as file:
            raw = file.read()
            file.seek(0)
            encoding = tokenize.detect_encoding(file.readline)[0] if _python(path) else "utf-8"
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding  # the mark is part of the text
        return Subject(path, raw.decode(encoding), function, raw, encoding)
    except OSError as error:
        raise NoSource(f"{path}: {error.strerror or error}") from None
    except (SyntaxError, UnicodeDecodeError) as error:
        raise NoSource(f"{path} cannot be read as text: {error}") from None


def _python(path: str) -> bool:
    return not path.endswith(".rs")


def _is_cell(file: str) -> bool:
    """IPython's kernel writes some cells to files of its own, for debuggers."""
    return "ipykernel_" in os.path.basename(os.path.dirname(file))


def _only(text: str) -> str:
    """The one function that a text has, or the one of them that waits to be written."""
    try:
        found = dict(_functions(ast.parse(text)))
    except SyntaxError:
        names = re.findall(r"^[ \t]*(?:async\s+)?def\s+(\w+)", text, re.MULTILINE)
        found = dict.fromkeys(names, True)
    stubs = [name for name, stub in found.items() if stub]
    for names in (list(found), stubs):
        if len(names) == 1:
            return names[0]
    if not found:
        raise NoSource("the text has no function: it needs at least `def NAME(...):` and examples")
    raise NoSource(f"the text has several functions ({', '.join(found)}): say which, function=…")


def _functions(tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Names, and whether there is nothing in it yet."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, all(_is_nothing(part) for part in node.body)
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _is_nothing(part: ast.stmt) -> bool:
    constant = isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
    return constant or isinstance(part, ast.Pass | ast.Raise)
