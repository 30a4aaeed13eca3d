"""Values that go through a pool as arguments and come back as results are what they were: equal,
of the same type, and still shared where they were; and what a program changes in its arguments
the tests see. The comparison stands in the tests' own text and is stricter than `==`.

Every program is judged call by call, then with all calls foreseen, then beside others in one
process, then in a process of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import CodeTests, Language, Program, ProgramReport

Judge = Callable[[str, str], list[ProgramReport]]

# Tells apart whatever differs: types, signs of zeros, the order of dicts, who shares what.
EXACT = """
def exact(value, seen=None):
    seen = {} if seen is None else seen
    kind = type(value).__name__
    if kind in ("list", "dict", "set", "bytearray"):
        if id(value) in seen:
            return "#%d" % seen[id(value)]
        seen[id(value)] = len(seen)
    if kind in ("list", "tuple"):
        inner = [exact(item, seen) for item in value]
    elif kind == "dict":
        inner = [exact(key, seen) + ":" + exact(held, seen) for key, held in value.items()]
    elif kind in ("set", "frozenset"):
        inner = sorted(exact(item, seen) for item in value)
    elif kind == "float":
        inner = ["nan" if value != value else value.hex()]
    elif kind == "complex":
        inner = [exact(value.real), exact(value.imag)]
    elif kind == "int":
        inner = [hex(value)]
    else:
        inner = [ascii(value)]
    return kind + "(" + ",".join(inner) + ")"
"""
GIVEN_BACK = """
def f(way, x):
    if way == 0:
        return x
    if way == 1:
        return [x, x]
    if way == 2:
        return {"a": x, "b": (x, None)}
    return None
"""


def scalar(value: object) -> str:
    """As an expression."""
    if isinstance(value, complex):
        return f"complex({scalar(value.real)}, {scalar(value.imag)})"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    return hex(value) if type(value) is int else ascii(value)


large = st.builds(lambda n, power: n * 10**power, st.integers(-99, 99), st.integers(0, 4000))
numbers = st.integers() | large | st.booleans()
numbers |= st.floats() | st.complex_numbers() | st.sampled_from([0.0, -0.0, 1.0, 1, True, 2**53])
texts = st.text(st.characters(exclude_categories=()), max_size=8) | st.binary(max_size=8)
scalars = (numbers | texts | st.none()).map(scalar)
hashables = scalars | st.lists(scalars, max_size=3).map(
    lambda inner: f"({''.join(i + ',' for i in inner)})"
)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """A function's body that makes a value; parts of it may stand at several places."""
    lines: list[str] = []
    for number in range(draw(st.integers(1, 6))):
        made = [f"c{i}" for i in range(number)]
        element = scalars if not made else scalars | st.sampled_from(made)
        inner = draw(st.lists(element, max_size=4))
        several, keys = ", ".join(inner), draw(st.lists(hashables, max_size=4))
        pairs = ", ".join(f"{key}: {value}" for key, value in zip(keys, inner, strict=False))
        kinds = [
            f"[{several}]",
            f"({several}{',' * bool(inner)})",
            f"{{{pairs}}}",
            f"set([{', '.join(keys)}])",
            f"frozenset([{', '.join(keys)}])",
            f"bytearray({draw(st.binary(max_size=5))!r})",
            draw(hashables),
        ]
        lines.append(f"c{number} = {draw(st.sampled_from(kinds))}")
        if draw(st.integers(0, 20)) == 0:
            lines.append(f"c{number} = [c{number}]; c{number}.append(c{number})")
    return "\n".join([*lines, f"return c{number}"])


def function(name: str, body: str) -> str:
    return f"def {name}:\n    " + body.replace("\n", "\n    ") + "\n"


@pytest.fixture(scope="module")
def judge(level: Level) -> Iterator[Judge]:
    """Of a program, all the reports there may be: they must say the same."""
    limits = replace(Limits(), memory_bytes=320 << 20)
    with asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()

        async def opened(shared: bool) -> JudgePool:
            pool = JudgePool.open(None, Detection(level), limits, workers=1, shared=shared)
            return await stack.enter_async_context(pool)

        shared, apart = runner.run(opened(True)), runner.run(opened(False))

        async def every_way(text: str, tests: str) -> list[ProgramReport]:
            program, code = Program(Language.PYTHON, text), CodeTests("f", tests)
            reports = [await shared.judge(program, code)]
            reports += await asyncio.gather(*(shared.judge(program, code) for _ in range(3)))
            reports += [await apart.judge(program, code) for _ in range(2)]
            return reports

        yield lambda text, tests: runner.run(every_way(text, tests))
        runner.run(stack.aclose())


def agreed(reports: list[ProgramReport], count: int) -> None:
    for report in reports:
        assert report.accepted, (report.letters, report.error, report.cases[:1])
        assert report.letters == "." * count


@settings(max_examples=settings.default.max_examples // 3)  # of several values each
@given(st.lists(st.tuples(bodies(), st.integers(0, 3)), min_size=1, max_size=6))
def test_values_go_there_and_back(judge: Judge, values: list[tuple[str, int]]) -> None:
    tests = EXACT + GIVEN_BACK.replace("def f(", "def right(")
    for number, (body, way) in enumerate(values):
        tests += function(f"make{number}()", body)
        tests += f"x, y = make{number}(), make{number}()\n"
        tests += f"r, s = f({way}, x), right({way}, y)\n"
        tests += "assert exact(r) == exact(s)\nassert exact(x) == exact(y)\n"
    agreed(judge(GIVEN_BACK, tests), 2 * len(values))


ALIASES = {
    "[x]": "r[0] is x",
    "x[0]": "r is x[0]",
    "(1, [x[0], 2])": "r[1][0] is x[0]",
    "{'a': {'b': x[1]}}": "r['a']['b'] is x[1]",
    "list(x)": "r is not x and r[0] is x[0]",
    "[x[0][:]]": "r[0] is not x[0]",
    "x.pop()": "r is held",
}


@pytest.mark.parametrize("given", ALIASES)
def test_what_a_result_shares_with_an_argument(judge: Judge, given: str) -> None:
    tests = "held = {3: 4}\nx = [[1], held]\nr = f(x)\n"
    tests += f"assert {ALIASES[given]}\nassert not ({ALIASES[given]})\n"
    for report in judge(f"def f(x):\n    return {given}\n", tests):
        assert report.letters == ".F", report.cases


LISTS = [
    "{0}.append({1})",
    "{0}.insert({2}, {1})",
    "{0}.extend([{1}, {1}])",
    "{0}.pop({2})",
    "{0}.reverse()",
    "{0}.clear()",
    "{0}[{2}] = {1}",
    "{0}[{2}:] = [{1}]",
    "del {0}[:{2}]",
    "{0} += [{0}[0], {1}]",
    "{0} *= 2",
    "{0}.append({0}[{2}])",
]
DICTS = [
    "{0}[{1}] = {2}",
    "{0}.pop({1}, None)",
    "{0}.update(a={1}, b={1})",
    "{0}.setdefault({2}, []).append({1})",
    "{0}.clear()",
    "{0}.popitem()",
    "del {0}['a']",
]
SETS = ["{0}.add({1})", "{0}.discard({1})", "{0} |= set([{1}, {2}])", "{0}.clear()", "{0}.pop()"]
steps = (
    st.tuples(st.sampled_from(["x", "x[0]", "x[1]", "x[1][0]"]), st.sampled_from(LISTS))
    | st.tuples(st.sampled_from(["x[2]", "x[-1]"]), st.sampled_from(DICTS))
    | st.tuples(st.just("x[3]"), st.sampled_from(SETS))
)


@st.composite
def changes(draw: st.DrawFn) -> str:
    """A function's body that changes its argument x; a step that cannot be done is left out."""
    lines = []
    for place, step in draw(st.lists(steps, min_size=1, max_size=6)):
        done = step.format(place, draw(scalars), draw(st.integers(-2, 3)))
        lines.append(f"try: {done}\nexcept Exception: pass")
    return "\n".join([*lines, f"return {draw(st.sampled_from(['None', 'x', 'x[-1:]', 'len(x)']))}"])


ARGUMENT = """
def argument():
    inner = [1, 2.0]
    return [inner, [inner, [], "s"], {"a": inner, 3: {}}, set([1, 2]), {"b": None}]
"""


@settings(max_examples=settings.default.max_examples // 3)
@given(st.lists(changes(), min_size=1, max_size=6))
@example(["x[3].add(float('nan'))\nreturn x"])
def test_changes_of_arguments_are_seen(judge: Judge, found: list[str]) -> None:
    """Also by whoever holds a part of the argument, before the call and after it."""
    program, tests = "", EXACT + ARGUMENT
    for number, body in enumerate(found):
        program += function(f"f{number}(x)", body)
        tests += function(f"right{number}(x)", body)
        tests += "x, y = argument(), argument()\nheld, kept = [*x], [*y]\n"
        tests += f"assert exact((f{number}(x), x, held)) == exact((right{number}(y), y, kept))\n"
    agreed(judge(program + "def f(): pass\n", tests), len(found))


DIFFERENT = {
    "1": "True",
    "0.0": "-0.0",
    "1.0": "1",
    "[1]": "(1,)",
    "'a'": "b'a'",
    "set([1])": "frozenset([1])",
    "{1: 2, 3: 4}": "{3: 4, 1: 2}",
    "[[], []]": "[[]] * 2",
    "float('nan')": "None",
    "complex(0.0, -0.0)": "complex(0.0, 0.0)",
}


def test_what_differs_is_told_apart(judge: Judge) -> None:
    """The comparison of the tests above does fail."""
    lines = [f"assert exact(f({n})) == exact({n})" for n in range(len(DIFFERENT))]
    for program, wanted in ((DIFFERENT.values(), "F"), (DIFFERENT.keys(), ".")):
        text = f"def f(n):\n    return [{', '.join(program)}][n]\n"
        tests = EXACT
        for number, right in enumerate(DIFFERENT):
            tests += f"assert exact(f({number})) == exact({right})\n"
        for report in judge(text, tests):
            assert report.letters == wanted * len(lines), report.cases
