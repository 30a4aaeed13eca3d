"""What programs do on calls that nobody has an answer for, in a real sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.sandbox.context import ModuleContext
from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.synth.attempt import Candidate, Extraction
from synthd.synth.observation import Happened, Observation
from synthd.synth.problem import Example, Problem
from synthd.synth.verifiers.observing import canonical
from synthd.synth.verifiers.python import PythonVerifier

BODY = """\
    import time
    if x == 0:
        raise ZeroDivisionError("no")
    while x == 1:
        pass
    if x == 2:
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)
    if x == 3:
        return None
    if x == 4:
        return {"b": 0.1 + 0.2, "a": {3, 1}}
    return [x]
"""


async def observe(folder: Path, calls: tuple[str, ...], code: str) -> tuple[Observation, ...]:
    detection = await detect()
    if detection.level is Level.NONE:
        pytest.skip("; ".join(detection.reasons))
    path = folder / "m.py"
    path.write_text("def f(x):\n    ...\n")
    context = ModuleContext(Path(sys.executable), "m", path, (folder,), folder)
    limits = Limits(cpu_seconds=0.5, wall_seconds=5, hurried_cpu_seconds=0.3)
    candidate = Candidate(code, extraction=Extraction.OK if code else Extraction.NO_CODE)
    async with PythonVerifier(
        context,
        (Example("a", "f(9)", "[9]"),),
        path.read_text(),
        "f",
        lambda code: "def f(x):\n" + code,
        limits,
        detection,
    ) as verifier:
        await verifier.verify(Problem("p", ""), candidate)  # its own checks stay as they are
        return await verifier.observe(Problem("p", ""), candidate, calls)


async def test_values_exceptions_timeouts_and_deaths(tmp_path: Path) -> None:
    calls = ("f(0)", "f(1)", "f(2)", "f(3)", "f(4)", "f('a')", "f(nonsense)", "f(")
    found = await observe(tmp_path, calls, BODY)
    assert [one.call for one in found] == list(calls)
    assert [one.happened for one in found] == [
        Happened.RAISED,
        Happened.TIMEOUT,
        Happened.DIED,
        Happened.RETURNED,
        Happened.RETURNED,
        Happened.RETURNED,
        Happened.INVALID,
        Happened.INVALID,
    ]
    assert found[0].key == ("raised", "ZeroDivisionError")
    assert [one.text for one in found[3:6]] == ["None", "{'a': {1, 3}, 'b': 0.3}", "['a']"]
    assert sum(one.seconds for one in found) > 0


async def test_what_is_no_program_does_nothing(tmp_path: Path) -> None:
    found = await observe(tmp_path, ("f(5)",), "")
    assert [one.happened for one in found] == [Happened.DIED]


async def test_what_does_not_compile_did_not_run(tmp_path: Path) -> None:
    found = await observe(tmp_path, ("f(5)", "f(6)"), "    return (\n")
    assert [one.ran for one in found] == [False, False]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(VALUES)
def test_a_spelling_is_its_own_spelling(value: object) -> None:
    once = canonical(repr(value))
    assert canonical(once) == once


@given(st.lists(st.integers()), st.randoms())
def test_order_counts_only_where_it_does(values: list[int], random: object) -> None:
    assert canonical(repr(dict.fromkeys(values))) == canonical(
        repr(dict.fromkeys(reversed(values)))
    )
    if values != values[::-1]:
        assert canonical(repr(values)) != canonical(repr(values[::-1]))


def test_what_is_no_literal_is_kept_without_its_address() -> None:
    assert canonical("<object object at 0x7f00>") == "<object object>"
    assert canonical("Point(x=1.0000000001, y=2)") == canonical("Point(x=1.0000000002, y=2)")


async def test_one_that_never_ends_is_given_up_soon(tmp_path: Path) -> None:
    """Fifty calls of a quarter of a second are more than all of them together may take."""
    calls = tuple(f"f({number})" for number in range(50))
    seen = await observe(tmp_path, calls, "    while True:\n        pass\n")
    assert {observation.happened for observation in seen} == {Happened.TIMEOUT}
    assert sum(observation.seconds for observation in seen) < 30
