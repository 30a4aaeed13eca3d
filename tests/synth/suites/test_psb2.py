"""Our own programs for PSB2 agree with every row of it; checkers accept every right answer."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.sandbox.exchange import same_output
from synthd.sandbox.inside.rules import holds
from synthd.sandbox.programs import Exchanges, Rows
from synthd.synth.suites.psb2 import reference
from synthd.synth.suites.psb2_answers import CHECKERS, PRINTED
from synthd.synth.suites.psb2_stdio import lines
from synthd.synth.suites.task import Suite

Load = Callable[[str], Suite]
NUMBERS = st.lists(st.integers(0, 9), min_size=1, max_size=8)


def test_functions_give_every_row(suite: Load) -> None:
    for task in suite("psb2").tasks:
        tests = task.tests
        assert isinstance(tests, Rows)
        function, rule = reference(task.id.removeprefix("psb2/")), tests.rule
        for row in tests.rows:
            got = function(*row.args)
            if tests.checker is not None:
                assert tests.checker(row.args, got) == "", (task.id, row)
                assert tests.checker(row.args, row.expected) == "", (task.id, row)
            else:
                right = holds(rule.name, rule.absolute, rule.relative, got, row.expected)
                assert right, (task.id, row, got)


@pytest.mark.parametrize("number", range(25))
def test_programs_print_every_row(number: int, suite: Load) -> None:
    task = suite("psb2-stdio").tasks[number]
    tests = task.tests
    assert isinstance(tests, Exchanges)
    program = compile(task.reference, task.id, "exec")
    for row in tests.rows[:: 1 if number % 5 == 0 else 20]:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(program, {"input": iter(row.given.split("\n")).__next__})
        text = printed.getvalue()
        if tests.checker is not None:
            assert tests.checker((row.given,), text) == "", row
            assert tests.checker((row.given,), row.expected) == "", row
        else:
            assert same_output(text, row.expected, tests.rule), row


@given(NUMBERS, st.data())
def test_cuts(numbers: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(numbers)))
    sides = numbers[:place], numbers[place:]
    differences = [abs(sum(numbers[:i]) - sum(numbers[i:])) for i in range(len(numbers) + 1)]
    right = differences[place] == min(differences)
    assert (CHECKERS["cut-vector"]((numbers,), sides) == "") == right
    printed = PRINTED["cut-vector"]((lines((numbers,)),), lines(sides))
    assert (printed == "") == right


@given(NUMBERS, st.integers(0, 20), st.tuples(st.integers(0, 9), st.integers(0, 9)))
def test_pairs(numbers: list[int], target: int, pair: tuple[int, int]) -> None:
    places = range(len(numbers))
    right = sum(pair) == target and any(
        (numbers[i], numbers[j]) == pair for i in places for j in places if i != j
    )
    assert (CHECKERS["find-pair"]((numbers, target), pair) == "") == right
    printed = PRINTED["find-pair"]((lines((numbers, target)),), lines(pair))
    assert (printed == "") == right


@pytest.mark.parametrize("value", [None, 3, (1, 2, 3), ([1], [2], []), "12", ([1], 2), [[1], [2]]])
def test_what_is_no_answer(value: object) -> None:
    assert CHECKERS["cut-vector"](([1, 2],), value)
    assert CHECKERS["find-pair"](([1, 2], 3), value)


@pytest.mark.parametrize("text", ["", "x", "1\n1\n", "2\n1\n1\n2\n", "1\n1\n1\n2\nmore\n"])
def test_what_is_no_printed_answer(text: str) -> None:
    assert PRINTED["cut-vector"](("2\n1 2\n",), text)
    assert PRINTED["find-pair"](("2\n1 2\n3\n",), text)
