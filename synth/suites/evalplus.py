"""HumanEval+: many more inputs; what is expected comes from running the reference on them."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from synthd.sandbox.programs import Language, Row, Rows, Rule
from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.task import Part, Suite, Task

LICENCE = "Apache-2.0 (EvalPlus)"
_FIND_ZERO = "HumanEval/32"
_NOTE = (
    "HumanEval/32 has many right answers: a root is checked by itself. "
    "The visible part is HumanEval's own inputs (base_input), the held-out part evalplus' more."
)


class _Row(DataRow):
    task_id: str
    prompt: str
    entry_point: str
    canonical_solution: str
    base_input: list[list[Any]]
    plus_input: list[list[Any]]
    atol: float


def load_humaneval_plus(data: Path, part: Part = Part.ALL) -> Suite:
    return _load("humaneval+", "HumanEval+", data, "evalplus/HumanEvalPlus.jsonl.gz", part)


def load_humaneval_plus_mini(data: Path, part: Part = Part.ALL) -> Suite:
    name = "evalplus/HumanEvalPlus-Mini.jsonl.gz"
    return _load("humaneval+mini", "HumanEval+, fewer inputs", data, name, part)


def _load(name: str, title: str, data: Path, file: str, part: Part) -> Suite:
    path = locate(data, file)
    tasks = tuple(_task(row, part) for _, row in rows(path, _Row))
    return Suite(name, title, LICENCE, tasks, digest(path), path, _NOTE)


def _task(row: _Row, part: Part) -> Task:
    inputs = {
        Part.ALL: row.base_input + row.plus_input,
        Part.VISIBLE: row.base_input,
        Part.HELD_OUT: row.plus_input,
    }[part]
    reference = row.prompt + row.canonical_solution
    checker = partial(_root_of_polynomial, row.atol) if row.task_id == _FIND_ZERO else None
    return Task(
        id=row.task_id,
        language=Language.PYTHON,
        prompt=row.prompt,
        before=row.prompt,
        entry=row.entry_point,
        tests=Rows(
            entry=row.entry_point,
            rows=tuple(Row(tuple(args)) for args in inputs),
            rule=Rule("evalplus", absolute=row.atol),
            reference="" if checker else reference,
            checker=checker,
        ),
        reference=reference,
    )


def _root_of_polynomial(tolerance: float, args: tuple[object, ...], value: object) -> str:
    """evalplus' check, with its arithmetic; and, where doubles are too coarse for it (4 of the 888
    rows), a number beside which the exact polynomial changes its sign."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return "not a number"
    coefficients = args[0]
    assert isinstance(coefficients, list)
    try:
        there = sum(c * math.pow(value, power) for power, c in enumerate(coefficients))
        if abs(there) <= tolerance or _sign_changes(coefficients, float(value)):
            return ""
    except (OverflowError, ValueError):
        return "far from any root"
    return f"the polynomial is {there!r} there, not 0 within {tolerance}"


def _sign_changes(coefficients: list[float], value: float) -> bool:
    below, above = math.nextafter(value, -math.inf), math.nextafter(value, math.inf)
    return _exact(coefficients, below) * _exact(coefficients, above) <= 0


def _exact(coefficients: list[float], value: float) -> Fraction:
    at = Fraction(value)
    return sum((Fraction(c) * at**power for power, c in enumerate(coefficients)), Fraction())
