"""What a check may do with a function, and that the judge's answer is Python's."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from synthd.sandbox.checks import Checks, Comparison, File, JudgeReport, Statement
from synthd.sandbox.context import ModuleContext
from synthd.sandbox.errors import SandboxUnavailable
from synthd.sandbox.judge import PythonJudge
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits

OpenJudge = Callable[..., AbstractAsyncContextManager[PythonJudge]]
Passed = Callable[[JudgeReport], bool]

# name: (qualified name, module with the right function, a wrong line instead of it, tests)
WAYS = {
    "arguments changed in place": (
        "f",
        "def f(items):\n    items.sort()",
        "items",
        "def test():\n    a = [3, 1]; b = a\n    assert f(a) is None\n    assert b == [1, 3]",
    ),
    "the argument itself returned": (
        "f",
        "def f(a):\n    a.append(1); return a",
        "return list(a)",
        "def test():\n    a = []\n    assert f(a) is a",
    ),
    "method that changes self": (
        "A.add",
        "class A:\n    def __init__(self): self.n = 0\n"
        "    def add(self, k):\n        self.n += k; return self",
        "return self",
        "def test():\n    a = A()\n    assert a.add(2) is a\n    assert a.n == 2",
    ),
    "property": (
        "A.p",
        "class A:\n    x = 4\n    @property\n    def p(self):\n        return self.x + 1",
        "return self.x",
        "def test():\n    assert A().p == 5",
    ),
    "class method with super": (
        "B.make",
        "class A:\n    @classmethod\n    def make(cls): return [cls.__name__]\n"
        "class B(A):\n    @classmethod\n    def make(cls):\n        return super().make() + [1]",
        "return [1]",
        "def test():\n    assert B.make() == ['B', 1]",
    ),
    "recursion through a decorator": (
        "f",
        "import functools\n@functools.lru_cache\n"
        "def f(n):\n    return n if n < 2 else f(n-1) + f(n-2)",
        "return n",
        "def test():\n    assert f(70) == 190392490709135",
    ),
    "async": (
        "f",
        "import asyncio\nasync def f(x):\n    await asyncio.sleep(0); return x + 1",
        "return x",
        "async def test():\n    assert await f(1) == 2",
    ),
    "endless generator": (
        "f",
        "import itertools\ndef f():\n    yield from itertools.count()",
        "yield 7",
        "import itertools\ndef test():\n    assert list(itertools.islice(f(), 3)) == [0, 1, 2]",
    ),
    "async generator": (
        "f",
        "from typing import AsyncIterator\nasync def f(n) -> AsyncIterator[int]:\n"
        "    for i in range(n): yield i",
        "yield 9",
        "async def test():\n    assert [i async for i in f(3)] == [0, 1, 2]",
    ),
    "context manager": (
        "f",
        "import contextlib\n@contextlib.contextmanager\ndef f(x):\n"
        "    try: yield x\n    except KeyError: pass",
        "yield x",
        "def test():\n    with f(5) as x:\n        assert x == 5\n        raise KeyError",
    ),
    "function argument": (
        "f",
        "def f(g, x):\n    return g(g(x))",
        "return g(x)",
        "def test():\n    seen = []\n    def g(x): seen.append(x); return x + 1\n"
        "    assert f(g, 1) == 3\n    assert seen == [1, 2]",
    ),
    "function returned": (
        "f",
        "def f(n):\n    return lambda x: x + n",
        "return lambda x: x",
        "def test():\n    assert f(2)(3) == 5",
    ),
    "dataclass, enum, named tuple": (
        "f",
        "import dataclasses, enum, typing\n"
        "@dataclasses.dataclass(frozen=True)\nclass P:\n    x: int\n"
        "class E(enum.Enum):\n    A = 1\nclass N(typing.NamedTuple):\n    a: int\n"
        "def f(p):\n    return {P(p.x + 1): (E.A, N(3), frozenset({P(1)}))}",
        "return None",
        "def test():\n    assert f(P(1)) == {P(2): (E.A, N(3), frozenset({P(1)}))}\n"
        "    assert list(f(P(1)).values())[0][0] is E.A",
    ),
    "exceptions": (
        "f",
        "class Mine(Exception):\n    pass\ndef f(x):\n    raise Mine(x) if x else KeyError(x)",
        "return x",
        "import pytest\ndef test():\n    with pytest.raises(Mine) as e:\n        f(3)\n"
        "    assert e.value.args == (3,)\n    with pytest.raises(KeyError):\n        f(0)",
    ),
    "printing": (
        "f",
        "def f(x):\n    print('got', x)",
        "print(x)",
        "import contextlib, io\ndef test():\n    out = io.StringIO()\n"
        "    with contextlib.redirect_stdout(out):\n        f(1)\n"
        "    assert out.getvalue() == 'got 1\\n'",
    ),
    "unittest": (
        "f",
        "def f(x):\n    return x + 1",
        "return x",
        "import unittest\nclass T(unittest.TestCase):\n    def setUp(self): self.x = 1\n"
        "    def test_f(self): self.assertEqual(f(self.x), 2)",
    ),
    "keywords": (
        "f",
        "def f(a, /, b, *c, d=4, **e):\n    return a, b, c, d, e",
        "return a, b, c, d, {}",
        "def test():\n    assert f(1, 2, 3, e=5) == (1, 2, (3,), 4, {'e': 5})",
    ),
}


@pytest.mark.parametrize("name", WAYS)
async def test_ways_to_use_a_function(name: str, open_judge: OpenJudge, passed: Passed) -> None:
    qualname, right, wrong, tests = WAYS[name]
    lines = right.splitlines()
    start = max(i for i, line in enumerate(lines) if f"def {qualname.split('.')[-1]}(" in line)
    indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())] + "    "
    stub = "\n".join([*lines[: start + 1], indent + "..."]) + "\n"
    spoilt = "\n".join([*lines[: start + 1], indent + wrong]) + "\n"
    checks = Checks(files=(File("t.py", "t.py", tests + "\n"),))
    async with open_judge(stub, checks, Limits(), qualname) as judge:
        good, bad = await judge.judge(right + "\n"), await judge.judge(spoilt)
    assert passed(good), good
    assert bad.cases and not passed(bad) and not bad.error, bad


async def test_doctests(open_judge: OpenJudge, passed: Passed) -> None:
    doctests = Checks(
        (
            Statement("1", "a = [2, 1]\n", "", 1),
            Statement("2", "r = f(a)\n", "", 2),
            Statement("3", "r\n", "[1, 2]\n", 3),
            Statement("4", "f(3)\n", "Traceback (most recent call last):\nTypeError: ...\n", 4),
            Statement("5", "f(range(99))  # doctest: +ELLIPSIS\n", "[0, 1, ..., 98]\n", 5),
            Statement("6", "1 + 1\n", "2\n", 6),
        )
    )
    doctests = replace(
        doctests,
        doctests=tuple(
            replace(d, source="f(3)  # doctest: +ELLIPSIS\n") if d.id == "4" else d
            for d in doctests.doctests
        ),
    )
    async with open_judge("def f(x):\n    ...\n", doctests) as judge:
        spec = await judge.preflight()
        good = await judge.judge("def f(x):\n    return sorted(x)\n")
        bad = await judge.judge("def f(x):\n    return x\n")
    assert [unit.id for unit in spec.units] == ["2", "3", "4", "5", "6"]
    assert not spec.errors
    assert passed(good), good
    assert {c.id: c.outcome.value for c in bad.cases}["3"] == "fail"


async def test_output_that_is_compared_has_a_limit(open_judge: OpenJudge) -> None:
    checks = Checks((Statement("1", "f(3)\n", "3\n", 1),))
    async with open_judge("def f(x):\n    ...\n", checks) as judge:
        report = await judge.judge("def f(x):\n    print('x' * (50 << 20)); return x\n")
    assert [case.outcome.value for case in report.cases] == ["resource_limit"]


async def test_broken_checks_are_told(open_judge: OpenJudge) -> None:
    tests = "def test_a(capfd): f(1)\ndef test_b(): assert 1 == 2\ndef test_c(): assert f(1)\n"
    checks = Checks(
        (Statement("d", "undefined(f(1))\n", "", 5), Statement("e", "1 / 0\n", "3\n", 6)),
        (Comparison("x", "f(nothing)", "1"), Comparison("y", "3", "3")),
        (File("t.py", "t.py", tests),),
    )
    async with open_judge(checks=checks) as judge:
        spec = await judge.preflight()
    problems = {error.id: error.message for error in spec.errors}
    assert "undefined" in problems["d"]
    assert "ZeroDivisionError" in problems["e"]
    assert "nothing" in problems["x"]
    assert "does not call f" in problems["y"]
    assert "fixture capfd" in problems["t.py::test_a"]
    assert "fails by itself" in problems["t.py::test_b"]
    assert [unit.id for unit in spec.units] == ["t.py::test_c"]


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("import nowhere\ndef f(x): ...\n", "nowhere", 1),
        ("def f(x): ...\n1 / 0\n", "ZeroDivisionError", 2),
        ("def f(x): ...\n)\n", "SyntaxError", 2),
        ("def f(x): ...\nY = f(1)\n", "at import", None),
    ],
)
async def test_modules_that_do_not_load(
    source: str, message: str, line: int | None, open_judge: OpenJudge
) -> None:
    async with open_judge(source) as judge:
        spec = await judge.preflight()
        report = await judge.judge("def f(x): return x\n")
    assert spec.module_error is not None
    assert message in spec.module_error.message
    assert spec.module_error.line == line
    assert report.error and not report.complete


async def test_package_context(open_judge: OpenJudge, project: Path, passed: Passed) -> None:
    (project / "pkg").mkdir()
    (project / "pkg" / "__init__.py").write_text("from pkg.mod import f\n")
    (project / "pkg" / "sibling.py").write_text("import pkg.mod\nK = 3\n")
    source = "from . import sibling\ndef f(x):\n    ...\n"
    checks = Checks(comparisons=(Comparison("a", "f(2)", "6"),))
    async with open_judge(source, checks, module="pkg.mod") as judge:
        assert passed(await judge.judge(source.replace("...", "return x * sibling.K")))


async def test_floats(open_judge: OpenJudge) -> None:
    checks = Checks(
        comparisons=(
            Comparison("near", "f(1)", "[0.3]", exact=False),
            Comparison("exact", "f(1)", "[0.3]"),
            Comparison("nan", "f(0)", "[float('nan')]"),
        )
    )
    candidate = "def f(x):\n    return [0.1 + 0.2] if x else [float('nan')]\n"
    async with open_judge(checks=checks) as judge:
        report = await judge.judge(candidate)
    assert [case.outcome.value for case in report.cases] == ["pass", "fail", "pass"]


async def test_swallowed_death_is_no_pass(open_judge: OpenJudge) -> None:
    tests = "def test():\n    try: f(1)\n    except: pass\n"
    checks = Checks(files=(File("t.py", "t.py", tests),))
    async with open_judge(checks=checks) as judge:
        report = await judge.judge("def f(x):\n    import os; os._exit(0)\n")
    assert [case.outcome.value for case in report.cases] == ["runtime_error"]
    assert "exited with status 0" in report.cases[0].detail


async def test_several_at_once(
    open_judge: OpenJudge, body: Callable[[str], str], passed: Passed
) -> None:
    async with open_judge() as judge:
        reports = await asyncio.gather(
            *[judge.judge(body("return x * x" if i % 2 else "return x")) for i in range(8)]
        )
    assert [passed(report) for report in reports] == [bool(i % 2) for i in range(8)]


def ours() -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = entry.read_bytes()
        except OSError:
            continue
        if b"inside/boot.py" in text and str(os.getpid()).encode() not in text:
            found.append(text.decode(errors="replace"))
    return found


async def test_cancelling_leaves_nothing(
    open_judge: OpenJudge, project: Path, body: Callable[[str], str]
) -> None:
    async with open_judge(limits=Limits()) as judge:
        running = asyncio.create_task(judge.judge(body("while True: pass")))
        await asyncio.sleep(0.5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert (await judge.judge(body("return x * x"))).complete
    assert not [line for line in ours() if str(project) in line]


async def test_none_is_refused(project: Path) -> None:
    context = ModuleContext(Path("python3"), "m", project / "m.py", (project,), project)
    nothing = Detection(Level.NONE, ("no kernel support",), "apt-get install bubblewrap")
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        async with PythonJudge.open(context, "", "f", Checks(), Limits(), nothing):
            pass


async def test_a_file_that_lies_in_tmp_itself(level: Level, passed: Passed) -> None:
    """What people try first. The rest of /tmp is not shown to it."""
    with (
        tempfile.NamedTemporaryFile(suffix=".py", dir="/tmp", prefix="tried_") as file,
        tempfile.NamedTemporaryFile(suffix=".py", dir="/tmp", prefix="other_") as other,
    ):
        path = Path(file.name)
        context = ModuleContext(Path(sys.executable), path.stem, path, (path.parent,), path.parent)
        checks = Checks(comparisons=(Comparison("a", "f(1)", "2"),))
        opened = PythonJudge.open(
            context, "def f(x): ...\n", "f", checks, Limits(), Detection(level)
        )
        async with opened as judge:
            assert passed(await judge.judge("def f(x): return x + 1\n"))
            looks = f"def f(x): return 2 if open({other.name!r}) else 0\n"
            assert not passed(await judge.judge(looks))
