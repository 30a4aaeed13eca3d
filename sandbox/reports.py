"""A worker's findings as a report; comparisons that are made outside are made here."""

from __future__ import annotations

import time
from typing import Any

from synthd.sandbox.checks import CaseReport, Outcome
from synthd.sandbox.exchange import objection
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.tally import LETTERS
from synthd.sandbox.level import Level
from synthd.sandbox.orders import text_of, values_of
from synthd.sandbox.programs import Checker, CodeTests, Exchanges, ProgramReport, Rows

_MOST = 20  # cases that are told in full
_LONGEST = 4000


def report_of(
    found: dict[str, Any],
    tests: CodeTests | Rows | Exchanges,
    level: Level,
    began: float,
    names: Names,
) -> ProgramReport:
    cases = [CaseReport(name, Outcome(outcome), *texts) for name, outcome, *texts in found["cases"]]
    letters = found["letters"]
    if "outputs" in found and isinstance(tests, Exchanges):
        letters, cases = _exchanged(found["outputs"], tests)
    elif isinstance(tests, Rows) and tests.checker is not None and "values" in found:
        values = values_of(found["values"], names)
        letters, cases = _checked(values, found["ending"], tests, tests.checker)
    return ProgramReport(
        tuple(cases),
        executed=len(letters),
        passed=letters.count("."),
        declared=found["declared"],
        isolation=level,
        seconds=time.monotonic() - began,
        cpu_seconds=found["used"],
        error=found["error"] or ("" if letters or cases else "no check was run"),
        in_process=found.get("in_process", False),
        letters=letters,
    )


def broken(why: str, level: Level, began: float) -> ProgramReport:
    return ProgramReport((), 0, 0, 0, level, time.monotonic() - began, error=why)


def late(level: Level, began: float) -> ProgramReport:
    case = CaseReport("tests", Outcome.TIMEOUT, detail="the checks do not come to an end")
    return ProgramReport((case,), 0, 0, 0, level, time.monotonic() - began)


def _exchanged(outputs: list[list[str]], tests: Exchanges) -> tuple[str, list[CaseReport]]:
    letters = ""
    cases: list[CaseReport] = []
    for index, (ended, row) in enumerate(zip(outputs, tests.rows, strict=False)):
        outcome, detail, said = ended
        got = text_of(said)
        if outcome == "pass":
            why = objection(got, row, tests)
            outcome, detail = ("pass", "") if why is None else ("fail", why)
        letters += LETTERS[outcome]
        if outcome != "pass" and len(cases) < _MOST:
            texts = (_short(row.given), _short(row.expected), _short(got), detail)
            cases.append(CaseReport(f"row {index + 1}", Outcome(outcome), *texts))
    return letters, cases


def _checked(
    values: list[Any], ending: list[str], tests: Rows, checker: Checker
) -> tuple[str, list[CaseReport]]:
    letters = ""
    cases: list[CaseReport] = []
    for index, row in enumerate(tests.rows):
        value: Any = values[index] if index < len(values) else Stop(*ending)
        outcome, detail = Outcome.PASS, ""
        if isinstance(value, Stop):
            outcome, detail = Outcome(value.outcome), value.detail
        elif isinstance(value, BaseException):
            outcome, detail = Outcome.RUNTIME_ERROR, f"{type(value).__name__}: {value}"
        else:
            detail = checker(row.args, value)
            outcome = Outcome.FAIL if detail else Outcome.PASS
        letters += LETTERS[outcome.value] if index < len(values) else ""
        if outcome is not Outcome.PASS and len(cases) < _MOST:
            got = "" if isinstance(value, BaseException) else _short(repr(value))
            args = _short(repr(row.args))
            cases.append(CaseReport(f"row {index + 1}", outcome, args, "", got, detail))
    return letters, cases


def _short(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]} … ({len(text)} characters)"
