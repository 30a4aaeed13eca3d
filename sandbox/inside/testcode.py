"""Python test code and the program's head, run against a proxy of a program's functions."""

from __future__ import annotations

import ast
import builtins
import contextlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from synthd.sandbox.inside import asserts
from synthd.sandbox.inside.program import MODULE, PATH
from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.report import shown
from synthd.sandbox.inside.tally import Tally
from synthd.sandbox.inside.telling import describe

_FILE = "<tests>"


class Asker(Protocol):
    """A program's functions, by name. stopped: the first reason why one could not answer."""

    @property
    def stopped(self) -> Stop | None: ...

    @property
    def asked(self) -> int:
        """How many calls there were."""

    def ask(self, name: str, *args: Any, **kwargs: Any) -> Any: ...

    def value(self, name: str) -> Any: ...

    def share(self, module: str, names: list[str], relied: frozenset[str]) -> None: ...


class CodeTests:
    """Compiled once; run for every program in a fresh namespace. Raises SyntaxError."""

    def __init__(
        self, entry: str, text: str, head: str = "", check: str = "", setup: str = ""
    ) -> None:
        text = f"{setup}\n{text}" if setup else text
        self.entry = entry
        self._check = check
        rewritten = asserts.rewrite(text, _FILE, entry)
        self._sites = rewritten.sites
        self._tests = compile(rewritten.code, _FILE, "exec", dont_inherit=True)
        self._head = compile(head, PATH, "exec", dont_inherit=True)
        tree = ast.parse(text)
        self._certain = _certain(tree, rewritten.sites, check)
        trees = [tree, ast.parse(head)]
        self._strangers = frozenset(_strangers(trees) - {entry})
        self._only_called = self._strangers - _otherwise_used(trees)
        self._random = "random" in text or "random" in head
        self._unittest = "unittest" in text

    @property
    def declared(self) -> int:
        return len(self._certain)

    def run(self, line: Asker) -> Tally:
        tally = Tally(self.declared)
        watcher = Watcher(self._sites, tally)
        reason: BaseException | None = None
        if self._random:
            __import__("random").seed(0)
        try:
            with counted_unittest(tally) if self._unittest else contextlib.nullcontext():
                self._execute(line, watcher)
        except BaseException as error:
            reason = error
        if reason is not None and line.asked == 0 and self._is_own(reason):
            tally.error = f"the tests fail by themselves: {describe(reason)}"
            return tally
        self._conclude(watcher, tally, line.stopped or reason)
        return tally

    def _is_own(self, reason: BaseException) -> bool:
        """Of an error before anything was asked: not for a name that the program should define."""
        missing = isinstance(reason, NameError) and str(reason).split("'")[1:2]
        return not isinstance(reason, Stop) and not (missing and missing[0] in self._strangers)

    def _execute(self, line: Asker, watcher: Watcher) -> None:
        def entry(*args: Any, **kwargs: Any) -> Any:
            return line.ask(self.entry, *args, **kwargs)

        module = types.ModuleType(MODULE)
        module.__file__ = PATH
        sys.modules[MODULE] = module
        exec(self._head, vars(module))
        # The candidate may name what the head defines, and nothing of the tests.
        space = {**vars(module), "__name__": "tests"}
        vars(module)[self.entry] = space[self.entry] = entry
        space[asserts.REACH], space[asserts.DECIDE] = watcher.reach, watcher.decide
        line.share(MODULE, sorted(vars(module)), self._strangers)
        for name in sorted(self._strangers):
            if name in self._only_called:
                space[name] = _stranger(line, name)
                continue
            with contextlib.suppress(NameError):  # raised again where it is used
                space[name] = line.value(name)
        exec(self._tests, space)
        if self._check:
            space[self._check](entry)

    def _conclude(self, watcher: Watcher, tally: Tally, reason: BaseException | None) -> None:
        left = sorted(self._certain - watcher.reached)
        if watcher.now is not None and reason is not None:
            left = [watcher.now, *(index for index in left if index != watcher.now)]
        if reason is None:
            if left:
                tally.error = f"{len(left)} of {self.declared} declared checks were not run"
            return
        outcome, detail = _reason(reason)
        for index in left:
            site = self._sites[index]
            where = detail if index == watcher.now else "not reached: " + detail
            run = index == watcher.now
            name = f"line {site.line}"
            tally.fails(name, outcome, site.given, site.expected, "", where, executed=run)
        if not left:
            tally.fails(self._check or "tests", outcome, "", "", "", detail, executed=False)


class Watcher:
    """Hears from every assert. now: the one that is being evaluated."""

    def __init__(self, sites: list[asserts.Site], tally: Tally) -> None:
        self._sites = sites
        self._tally = tally
        self.reached: set[int] = set()
        self.now: int | None = None

    def reach(self, index: int) -> None:
        self.now = index

    def decide(self, index: int, held: Any, left: Any, right: Any, message: Any) -> None:
        passed = bool(held)
        self.now = None
        self.reached.add(index)
        if passed:
            self._tally.passes()
            return
        site = self._sites[index]
        if site.target_right:
            left, right = right, left
        expected = "true" if site.expected == "true" else _signed(site.expected) + shown(right)
        detail = "" if message is None else _said(message)
        name = f"line {site.line}"
        self._tally.fails(name, "fail", site.given, expected, shown(left), detail)


@contextlib.contextmanager
def counted_unittest(tally: Tally) -> Iterator[None]:
    """Checks by unittest's methods count as the asserts do."""
    # Not at the start: most tests have no use for it. The tests may import it only when they run.
    import unittest

    case = unittest.TestCase
    saved = {name: method for name, method in vars(case).items() if name.startswith("assert")}
    depth = 0

    def counting(name: str, method: Any) -> Any:
        def check(*args: Any, **kwargs: Any) -> Any:
            nonlocal depth
            depth += 1  # one that is made of others is one check
            try:
                found = method(*args, **kwargs)
            except AssertionError as error:
                if depth == 1:
                    tally.fails(name, "fail", "", "", "", describe(error))
                raise
            finally:
                depth -= 1
            if depth == 0 and found is None:
                tally.passes()
            return found

        return check

    for name, method in saved.items():
        if isinstance(method, types.FunctionType):
            setattr(case, name, counting(name, method))
    try:
        yield
    finally:
        for name, method in saved.items():
            setattr(case, name, method)


def _said(message: Callable[[], Any]) -> str:
    try:
        return str(message())
    except Exception as error:
        return describe(error)


def _signed(expected: str) -> str:
    sign = expected.split(" ", 1)[0]
    return sign + " " if sign in ("!=", "<", "<=", ">", ">=", "is", "in", "not") else ""


def _reason(reason: BaseException) -> tuple[str, str]:
    if isinstance(reason, Stop):
        return reason.outcome, reason.detail
    if isinstance(reason, AssertionError):
        return "fail", describe(reason)
    return "runtime_error", describe(reason)


def _stranger(line: Asker, name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return line.ask(name, *args, **kwargs)

    call.__name__ = name
    return call


def _certain(tree: ast.Module, sites: list[asserts.Site], check: str) -> set[int]:
    """The asserts that every run of the tests must come to."""
    body = tree.body
    if check:
        found = [n for n in body if isinstance(n, ast.FunctionDef) and n.name == check]
        body = found[-1].body if found else []
    lines = {node.lineno for node in _plain(body) if isinstance(node, ast.Assert)}
    return {index for index, site in enumerate(sites) if site.line in lines}


def _plain(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements that no condition and no loop is around."""
    found: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.With):
            found += _plain(node.body)
        elif isinstance(node, ast.Return):
            break
        else:
            found.append(node)
    return found


def _strangers(trees: list[ast.Module]) -> set[str]:
    """Names that the tests use and nobody defines: they must be the program's."""
    used: set[str] = set()
    bound: set[str] = set(dir(builtins)) | {"__file__", "__name__"}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                bound.add(node.name)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
            elif isinstance(node, ast.alias):
                bound.add((node.asname or node.name).split(".")[0])
            elif isinstance(node, ast.ExceptHandler) and node.name:
                bound.add(node.name)
    return used - bound


def _otherwise_used(trees: list[ast.Module]) -> set[str]:
    """Names that are not only called: what they stand for is needed itself."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called}
