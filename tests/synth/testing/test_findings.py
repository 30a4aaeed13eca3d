"""What counts, what crashes, what differs: over made-up observations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth import problem as problems
from synthd.synth.attempt import Attempt, Candidate, Evaluation, Verdict
from synthd.synth.observation import Happened, Observation
from synthd.synth.problem import Doctest, Problem, Spec
from synthd.synth.testing import findings
from synthd.synth.testing.domain import domain
from synthd.synth.testing.second import same_program

HEAD = "def f(x: int) -> int:"


def problem(statement: str = "", *checks: problems.Check, head: str = HEAD) -> Problem:
    return Problem("p", statement, head=head, start=head, entry_point="f", spec=Spec(checks))


def asserting(text: str) -> problems.TestFile:
    return problems.TestFile("t", "t.py", f"def test():\n    with {text}:\n        f(1)\n")


def gave(call: str, value: str) -> Observation:
    return Observation(call, Happened.RETURNED, value, value)


def raised(call: str, kind: str) -> Observation:
    return Observation(call, Happened.RAISED, kind, f"{kind}: no")


def program(code: str = "return x") -> Attempt:
    return Attempt(Candidate(code), Evaluation(Verdict.ACCEPTED, 1.0))


SEEN = st.builds(
    lambda number, what: what(f"f({number})"),
    st.integers(-50, 50),
    st.sampled_from(
        [
            lambda call: gave(call, "1"),
            lambda call: gave(call, "2"),
            lambda call: gave(call, "'a'"),
            lambda call: gave(call, "<f object at 0x1>"),
            lambda call: raised(call, "ValueError"),
            lambda call: raised(call, "KeyError"),
            lambda call: Observation(call, Happened.TIMEOUT),
            lambda call: Observation(call, Happened.DIED),
            lambda call: Observation(call, Happened.INVALID),
            lambda call: Observation(call, Happened.UNKNOWN),
        ]
    ),
)
ROWS = st.lists(SEEN, max_size=12, unique_by=lambda seen: seen.call)


@given(ROWS)
def test_an_input_counts_only_where_nothing_is_wrong_with_it(row: list[Observation]) -> None:
    known = domain(problem("Raises KeyError."))
    found = findings.examine(known, row)
    for place, seen in enumerate(row):
        good = seen.key in (("returned", "1"), ("returned", "2"), ("raised", "KeyError"))
        assert (place in found.counted) is good
    bad = [
        seen
        for seen in row
        if seen.happened in (Happened.TIMEOUT, Happened.DIED)
        or seen.key in (("raised", "ValueError"), ("returned", "'a'"))
    ]
    assert bool(found.fault) is bool(bad)
    assert found.fatal is any(seen.text == "'a'" for seen in bad)


@given(ROWS)
def test_a_program_agrees_with_itself(row: list[Observation]) -> None:
    known = domain(problem())
    assert findings.difference(known, row, row) is None
    assert findings.unsteady(row, row) == ""


@given(st.data(), ROWS)
def test_a_difference_is_the_first_that_both_tell_of(data: st.DataObject, row) -> None:
    known = domain(problem())
    other = [
        Observation(seen.call, told.happened, told.text, told.shown)
        for seen in row
        for told in [data.draw(SEEN)]
    ]
    place = findings.difference(known, row, other)
    assert place == findings.difference(known, other, row)
    silent = (Happened.INVALID, Happened.UNKNOWN)
    for at, pair in enumerate(zip(row, other, strict=True)):
        told = all(s.happened not in silent and not s.shown.startswith("<") for s in pair)
        differs = told and pair[0].key != pair[1].key
        if place is None or at < place:
            assert not differs
        elif at == place:
            assert differs


@pytest.mark.parametrize(
    ("statement", "head", "call", "kind", "refused"),
    [
        ("The root of a non-negative x.", HEAD, "f(-1)", "ValueError", True),
        ("The root of a non-negative x.", HEAD, "f(0)", "ValueError", False),
        ("The root of a non-negative x.", HEAD, "f(-1)", "KeyError", False),
        ("The log of a positive x.", HEAD, "f(0)", "ValueError", True),
        ("The largest of a non-empty list.", "def f(xs):", "f([])", "ValueError", True),
        ("The largest of a non-empty list.", "def f(xs):", "f([1])", "ValueError", False),
        ("The largest.", "def f(xs: list[int]):", "f([])", "ValueError", False),
        ("Twice.", HEAD, "f('a')", "TypeError", True),
        ("Twice.", HEAD, "f(x='a')", "TypeError", True),
        ("Twice.", HEAD, "f('a')", "IndexError", False),
        ("Twice.", HEAD, "f(3)", "TypeError", False),
    ],
)
def test_what_refuses_an_input_outside_what_is_documented(
    statement: str, head: str, call: str, kind: str, refused: bool
) -> None:
    known = domain(problem(statement, head=head))
    assert known.refuses(call, kind) is refused
    found = findings.examine(known, [raised(call, kind)])
    assert bool(found.fault) is not refused and not found.counted


@pytest.mark.parametrize(
    ("known", "kind", "announced"),
    [
        (problem("Raises ValueError for none."), "ValueError", True),
        (problem("Raises ValueError for none."), "KeyError", False),
        (problem("Raises ArithmeticError."), "ZeroDivisionError", True),
        (problem("Never raises ValueError."), "ValueError", False),
        (problem("It doesn't raise a ValueError."), "ValueError", False),
        (problem("A StopIteration ends it."), "StopIteration", True),
        (
            problem("", Doctest("d", "f(0)\n", "Traceback (most recent call last):\nOdd: no\n", 1)),
            "Odd",
            True,
        ),
        (
            problem("", asserting("pytest.raises(m.Odd, match='Even')")),
            "Odd",
            True,
        ),
        (problem("", asserting("pytest.raises((Odd, Even))")), "Even", True),
        (
            problem("", asserting("pytest.raises(Odd, match='Even')")),
            "Even",
            False,
        ),
    ],
)
def test_who_announces_an_exception(known: Problem, kind: str, announced: bool) -> None:
    assert domain(known).announces(kind) is announced
    found = findings.examine(domain(known), [raised("f(1)", kind)])
    assert (found.counted == {0}) is announced


def test_a_wrapped_call_has_not_the_functions_type() -> None:
    known = domain(problem(head="def f(x: int) -> set[int]:"))
    assert findings.examine(known, [gave("sorted(f(1))", "[1]")]).counted == {0}
    assert findings.examine(known, [gave("f(1)", "[1]")]).fatal


def test_a_program_that_gives_nothing_agrees_with_everything() -> None:
    row = [gave(f"f({n})", "None") for n in range(200)]
    assert findings.mute(row, range(200))
    row[:10] = [gave(f"f({n})", "3") for n in range(10)]
    assert findings.mute(row, range(200)) == ""
    assert findings.mute(row, range(1, 200)), "only what counts"


def test_a_question_says_what_each_does() -> None:
    pair = (gave("f([])", "0"), raised("f([])", "m.Odd"))
    asked = findings.question(pair, (program("a"), program("b")))
    assert asked.sentence == "for f([]) one program gives 0, another raises Odd: which is right?"
    assert findings.answerable(pair)
    assert not findings.answerable((pair[0], Observation("f([])", Happened.TIMEOUT)))


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("return x*2", "return (x * 2)  # twice", True),
        ("    return x", "return x", True),
        ("return x * 2", "return 2 * x", False),
        ("return (", "return (", True),
        ("return (", "return [", False),
    ],
)
def test_what_is_another_program(left: str, right: str, same: bool) -> None:
    assert same_program(left, right) is same
