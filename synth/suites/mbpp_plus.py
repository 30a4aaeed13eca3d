"""MBPP+: inputs and results as the Python literals of the test text.

The other file of MBPP+ has JSON, which lacks tuples, sets and complex numbers. The text also says
how results are compared; each way of it is a rule. Three tasks (88, 255, 630) have no results but
a copy of the reference in their text: the reference computes what is expected.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

from synthd.sandbox.programs import Language, Row, Rows, Rule
from synthd.synth.suites.errors import SuiteDamaged
from synthd.synth.suites.evalplus import LICENCE
from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.literals import NotLiteral, assigned
from synthd.synth.suites.mbpp import prompt
from synthd.synth.suites.task import Suite, Task

_CALL = re.compile(r"^    assertion\((\w+)\(\*inp\), (?:exp|\w+\(\*inp\)), (\S+)\)\s*\Z", re.M)
_NOTE = (
    "558 and 581 read in two ways: both answers are accepted, as evalplus does. The asserts of "
    "737, 787 and 794 assert nothing in their own text; the rule that they compute is applied. "
    "What is expected of 88, 255 and 630 comes from running the reference. Five of 255's 112 rows "
    "are left out, whose results are lists of 6 to 128 million strings. 599 takes its reference "
    "20 seconds."
)
# 599 counts up to a hundred million in Python; evalplus allows a task a minute at most.
_SECONDS = {599: 30.0}
_TOO_LARGE = {255: frozenset({88, 89, 93, 99, 103})}


class _Row(DataRow):
    task_id: int
    code: str
    prompt: str
    test_list: tuple[str, ...]
    test: str


def load_mbpp_plus(data: Path) -> Suite:
    path = locate(data, "evalplus/MbppPlus-OriginFmt.jsonl.gz")
    tasks = []
    for line, row in rows(path, _Row):
        try:
            tasks.append(_task(row))
        except (SyntaxError, ValueError) as error:
            raise SuiteDamaged(path, line, f"Mbpp/{row.task_id}: {error}") from None
    return Suite("mbpp+", "MBPP+", LICENCE, tuple(tasks), digest(path), path, _NOTE)


def _task(row: _Row) -> Task:
    text = prompt(row.prompt, row.test_list[0])
    seconds = _SECONDS.get(row.task_id, 0.0)
    tests = replace(_rows(row), seconds=seconds)
    return Task(
        id=f"Mbpp/{row.task_id}",
        language=Language.PYTHON,
        prompt=text,
        before=text,
        entry=tests.entry,
        tests=tests,
        reference=row.code,
        seconds=seconds,
    )


def _rows(row: _Row) -> Rows:
    call = _CALL.search(row.test)
    if call is None:
        raise NotLiteral("the test does not end with assertion(f(*inp), exp, atol)")
    inputs, results = assigned(row.test, "inputs", "results")
    if not isinstance(inputs, list):
        raise NotLiteral("no list of inputs")
    rule = _rule(row.test, float(call[2]))
    if results is None:
        left_out = _TOO_LARGE.get(row.task_id, ())
        calls = [Row(tuple(args)) for at, args in enumerate(inputs) if at not in left_out]
        return Rows(entry=call[1], rows=tuple(calls), rule=rule, reference=row.code)
    if not isinstance(results, list) or len(results) != len(inputs):
        raise NotLiteral("not one result for each input")
    pairs = [(tuple(args), result) for args, result in zip(inputs, results, strict=True)]
    second = _SECOND.get(row.task_id)
    if second:
        rule = Rule("either", rule.absolute)
        pairs = [(args, (result, second(*args))) for args, result in pairs]
    return Rows(entry=call[1], rows=tuple(Row(*pair) for pair in pairs), rule=rule)


def _rule(test: str, absolute: float) -> Rule:
    """By the statements of `assertion` in the test; every text has one of these three."""
    if "exact_match = exp == (out is not None)" in test:
        return Rule("found")
    if "out = set(out)" in test:
        return Rule("sets")
    if "np.allclose(out, exp, rtol=1e-07, atol=atol)" in test:
        return Rule("evalplus", absolute=absolute)
    raise NotLiteral("compared in an unknown way")


def _surface_of_pyramid(base: float, height: float) -> int:
    """581: the reference takes its second argument for the slant height; this is the other way."""
    slant = math.sqrt((base / 2) ** 2 + height**2)
    return round(base**2 + 2 * base * slant)


def _digit_distance(one: int, two: int) -> int:
    """558: the reference ignores the digits that only one number has; here it counts as 0."""
    width = max(len(str(one)), len(str(two)))
    digits = zip(str(one).zfill(width), str(two).zfill(width), strict=True)
    return sum(abs(int(a) - int(b)) for a, b in digits)


_SECOND = {558: _digit_distance, 581: _surface_of_pyramid}
