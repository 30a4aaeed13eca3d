"""Pytest-style files: which tests there are, and what each assert in them found."""

# ruff: noqa: B905 - zip(strict=) is not in every Python that runs this
from __future__ import annotations

import asyncio
import importlib.util
import inspect
import itertools
import sys
import types
import unittest
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from synthd.sandbox.inside import asserts, fixtures
from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.report import Reporter, Unanswered, shown
from synthd.sandbox.inside.standin import pytest_standin
from synthd.sandbox.inside.telling import describe


class Test(NamedTuple):
    """One test function with its parameters; problem: why it cannot be run."""

    unit: str
    function: str
    run: Callable[[], Any]
    line: int
    problem: str


class TestModule:
    def __init__(self, id: str, path: str, text: str, target: str) -> None:
        self._id = id
        self.path = path
        self._rewritten = asserts.rewrite(text, path, target)
        self._module = types.ModuleType(f"_synthd_{abs(hash(id))}")
        self._module.__file__ = path
        self.current: Watcher | None = None

    def load(self, presets: dict[str, Any]) -> None:
        if "pytest" not in sys.modules and importlib.util.find_spec("pytest") is None:
            sys.modules["pytest"] = pytest_standin()
        space = self._module.__dict__
        space.update(presets)
        space[asserts.REACH] = self._reach
        space[asserts.DECIDE] = self._decide
        sys.modules[self._module.__name__] = self._module
        exec(compile(self._rewritten.code, self.path, "exec", dont_inherit=True), space)

    def sites(self, function: str) -> list[tuple[int, asserts.Site]]:
        indices = self._rewritten.reaches.get(function, [])
        return [(index, self._rewritten.sites[index]) for index in indices]

    def site(self, index: int) -> asserts.Site:
        return self._rewritten.sites[index]

    def _reach(self, index: int) -> None:
        if self.current is not None:
            self.current.reach(index)

    def _decide(self, index: int, held: Any, left: Any, right: Any, message: Any) -> None:
        passed = bool(held)
        if self.current is not None:
            self.current.decide(index, passed, left, right, message)
        elif not passed:
            raise AssertionError(message() if message is not None else self.site(index).given)

    def tests(self) -> Iterator[Test]:
        for name, value in list(self._module.__dict__.items()):
            if name.startswith("test") and inspect.isfunction(value):
                yield from self._cases(name, value, value)
            elif isinstance(value, type) and value.__module__ == self._module.__name__:
                if issubclass(value, unittest.TestCase):
                    yield from self._unittest(value)
                elif name.startswith("Test"):
                    yield from self._methods(name, value)

    def _methods(self, prefix: str, cls: type) -> Iterator[Test]:
        for name in [n for n in dir(cls) if n.startswith("test")]:

            def bound(*args: Any, _name: str = name, **kwargs: Any) -> Any:
                instance = cls()
                setup = getattr(instance, "setup_method", None)
                if setup is not None:
                    setup(*[None] * len(inspect.signature(setup).parameters))
                return getattr(instance, _name)(*args, **kwargs)

            yield from self._cases(f"{prefix}::{name}", getattr(cls, name), bound)

    def _unittest(self, cls: type[unittest.TestCase]) -> Iterator[Test]:
        for name in unittest.defaultTestLoader.getTestCaseNames(cls):

            def run(_name: str = name) -> None:
                case = cls(_name)
                case.setUp()
                try:
                    outcome = getattr(case, _name)()
                    if inspect.iscoroutine(outcome):
                        asyncio.run(outcome)
                finally:
                    case.tearDown()

            unit = f"{self._id}::{cls.__name__}::{name}"
            yield Test(unit, name, run, _line(getattr(cls, name)), "")

    def _cases(self, name: str, function: Any, run: Callable[..., Any]) -> Iterator[Test]:
        marks = list(getattr(function, "pytestmark", []))
        if any(m.name in ("skip", "xfail") for m in marks) or any(
            m.name == "skipif" and m.args and m.args[0] for m in marks
        ):
            return
        sets = [_parameter_sets(m) for m in marks if m.name == "parametrize"]
        wanted = fixtures.required(function, 1 if "::" in name else 0)
        known = fixtures.fixtures(self._module.__dict__)
        for combination in itertools.product(*reversed(sets)):
            given: dict[str, Any] = {}
            for values in combination:
                given.update(values)
            needed = fixtures.Needed(known, [each for each in wanted if each not in given])
            for chosen in needed.combinations():
                label = "-".join(shown(value) for value in (*given.values(), *chosen.values()))
                unit = f"{self._id}::{name}" + (f"[{label[:200]}]" if given or chosen else "")
                short = name.rsplit("::", 1)[-1]
                call = _caller(run, given, needed, chosen, wanted)
                yield Test(unit, short, call, _line(function), needed.problem)


def _caller(
    run: Callable[..., Any],
    given: dict[str, Any],
    needed: fixtures.Needed,
    chosen: dict[str, Any],
    wanted: list[str],
) -> Callable[[], Any]:
    def call() -> None:
        with needed.made(chosen) as made:
            used = {name: made[name] for name in wanted if name not in given}
            outcome = run(**given, **used)
            if inspect.iscoroutine(outcome):
                asyncio.run(outcome)

    return call


def _parameter_sets(mark: Any) -> list[dict[str, Any]]:
    names, rows = mark.args[0], mark.args[1]
    if isinstance(names, str):
        names = [name.strip() for name in names.split(",") if name.strip()]
    sets = []
    for row in rows:
        if hasattr(row, "values") and hasattr(row, "marks"):
            values = tuple(row.values)
        else:
            values = (row,) if len(names) == 1 else tuple(row)
        sets.append(dict(zip(names, values)))
    return sets


def _line(function: Any) -> int:
    return int(getattr(getattr(function, "__code__", None), "co_firstlineno", 0))


class Watcher:
    """What the asserts of one running test found; several runs of one assert are one case."""

    def __init__(self, test: Test, module: TestModule, reporter: Reporter) -> None:
        self._test = test
        self._module = module
        self._reporter = reporter
        self._now: int | None = None
        self._decided: dict[int, tuple[str, ...]] = {}

    def reach(self, index: int) -> None:
        self._now = index

    def decide(self, index: int, passed: bool, left: Any, right: Any, message: Any) -> None:
        self._now = None
        before = self._decided.get(index)
        if before is not None and (before[0] != "pass" or passed):
            return
        site = self._module.site(index)
        if site.target_right:
            left, right = right, left
        sign = site.expected.split(" ", 1)[0] + " " if _signed(site.expected) else ""
        plain = site.expected == "true"
        expected = "true" if plain else sign + shown(right)
        detail = "" if passed or message is None else _told(message)
        self._decided[index] = (
            "pass" if passed else "fail", site.given, expected, shown(left), detail
        )  # fmt: skip

    def finish(self, error: BaseException | None, stopped: Stop | None) -> None:
        reason = stopped or error
        outcome, detail = "pass", ""
        if isinstance(reason, Stop):
            outcome, detail = reason.outcome, reason.detail
        elif isinstance(reason, AssertionError):
            outcome, detail = "fail", describe(reason)
        elif reason is not None:
            outcome, detail = "runtime_error", describe(reason)
        unit = self._test.unit
        for index, (verdict, *texts) in sorted(self._decided.items()):
            self._reporter.case(unit, self._name(index), verdict, *texts)
        if reason is None:
            if not self._decided:
                self._reporter.case(unit, unit, "pass", self._test.function)
            self._reporter.ended(unit)
            return
        left = [
            (index, site)
            for index, site in self._module.sites(self._test.function)
            if index not in self._decided
        ]
        for index, site in left:
            where = detail if index == self._now or self._now is None else "not reached: " + detail
            given, expected = site.given, site.expected
            self._reporter.case(unit, self._name(index), outcome, given, expected, "", where)
        if not left:
            self._reporter.case(unit, unit, outcome, self._test.function, "", "", detail)
        self._reporter.ended(unit)

    def _name(self, index: int) -> str:
        return f"{self._test.unit}:{self._module.site(index).line}"


def _signed(expected: str) -> bool:
    return expected.startswith(("!=", "<", ">", "is ", "in ", "not "))


def _told(message: Callable[[], Any]) -> str:
    try:
        return str(message())
    except Exception as error:
        return describe(error)


def probe(test: Test, calls: Callable[[], int], reporter: Reporter) -> None:
    """Preflight: whether the test comes to a call at all, and what is wrong with it if not."""
    before, error = calls(), ""
    try:
        if not test.problem:
            test.run()
    except Unanswered:
        pass
    except BaseException as raised:
        error = describe(raised)
    called = calls() > before
    problem = test.problem or ("" if called or not error else "fails by itself: " + error)
    if error.startswith(("SkipTest", "Skipped")) and not called:
        problem = ""
    reporter.found(test.unit, called and not test.problem, problem, test.line, test.function)
