"""Importing the user's module from a text that we were given, changed in one place.

Its siblings, its package and circular imports work as ever: only the one module's source
is replaced, by a finder in front of the others.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from synthd.sandbox.inside.locate import Function, find_function

CAPTURE = "__synthd_capture__"
CALL = "__synthd_call__"
AGEN = "__synthd_agen__"


class CannotCompile(Exception):
    """The text of the module itself is not Python."""


def load(
    name: str,
    path: str,
    source: str,
    change: Callable[[ast.Module], None],
    presets: dict[str, Any],
) -> types.ModuleType:
    """Import it under its name; presets are in its namespace before its first statement."""
    sys.meta_path.insert(0, _Finder(name, path, source, change, presets))
    return importlib.import_module(name)


def capturing(qualname: str, line: int | None) -> Callable[[ast.Module], None]:
    """Hand the function, before any decorator sees it, to CAPTURE."""

    def change(tree: ast.Module) -> None:
        function = find_function(tree, qualname, line)
        function.decorator_list.append(_at(ast.Name(CAPTURE, ast.Load()), function))

    return change


def relaying(qualname: str, line: int | None) -> Callable[[ast.Module], None]:
    """Let the function call CALL with its arguments; its docstring and decorators stay."""

    def change(tree: ast.Module) -> None:
        function = find_function(tree, qualname, line)
        doc = function.body[:1] if ast.get_docstring(function, clean=False) is not None else []
        function.body = [*doc, *_relay(function)]
        ast.fix_missing_locations(tree)

    return change


def _relay(function: Function) -> list[ast.stmt]:
    given = function.args
    names = [arg.arg for arg in [*given.posonlyargs, *given.args]]
    parts = names + (["*" + given.vararg.arg] if given.vararg else [])
    parts += [f"{arg.arg}={arg.arg}" for arg in given.kwonlyargs]
    parts += ["**" + given.kwarg.arg] if given.kwarg else []
    call = "({})".format(", ".join(parts))
    text = f"return {CALL}{call}"
    if isinstance(function, ast.AsyncFunctionDef) and _is_async_generator(function):
        text = f"async for _value in {AGEN}{call}: yield _value"
    head = "async def" if isinstance(function, ast.AsyncFunctionDef) else "def"
    made = ast.parse(f"{head} f():\n    {text}\n").body[0]
    assert isinstance(made, (ast.FunctionDef, ast.AsyncFunctionDef))
    for node in ast.walk(made):
        if hasattr(node, "lineno"):
            _at(node, function)
    return made.body


def _is_async_generator(function: Function) -> bool:
    """A stub has no yield yet; its annotation tells."""
    if any(isinstance(node, ast.Yield) for node in _own_nodes(function)):
        return True
    returns = ast.dump(function.returns) if function.returns else ""
    return any(name in returns for name in ("AsyncIterator", "AsyncGenerator", "AsyncIterable"))


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """Of the body, without those of functions and classes inside it."""
    waiting: list[ast.AST] = list(function.body)
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    while waiting:
        node = waiting.pop()
        if not isinstance(node, inner):
            yield node
            waiting += ast.iter_child_nodes(node)


def _at(node: Any, place: Function) -> Any:
    return ast.copy_location(node, place)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name: str, path: str, *rest: Any) -> None:
        self._name = name
        self._path = path
        self._rest = rest

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        loader = _Loader(self._path, *self._rest)
        return importlib.util.spec_from_file_location(fullname, self._path, loader=loader)


class _Loader(importlib.abc.InspectLoader):
    def __init__(
        self,
        path: str,
        source: str,
        change: Callable[[ast.Module], None],
        presets: dict[str, Any],
    ) -> None:
        self._path = path
        self._source = source
        self._change = change
        self._presets = presets

    def is_package(self, fullname: str) -> bool:
        return self._path.endswith("/__init__.py")

    def get_source(self, fullname: str) -> str | None:
        return self._source

    def exec_module(self, module: types.ModuleType) -> None:
        try:
            tree = ast.parse(self._source, self._path)
            self._change(tree)
            code = compile(tree, self._path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None)
            what = getattr(error, "msg", None) or str(error)  # without "(file, line)"
            raise CannotCompile(f"{type(error).__name__}: {what}", line) from None
        module.__dict__.update(self._presets)
        exec(code, module.__dict__)
