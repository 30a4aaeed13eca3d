"""Reports about compiled programs, from how they ended and what they told."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.sandbox.checks import CaseReport, Outcome
from synthd.sandbox.exchange import objection
from synthd.sandbox.level import Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.native.endings import clipped, of_program
from synthd.sandbox.native.instrumented import Failure, Instrumented, Told, read
from synthd.sandbox.native.process import Ran
from synthd.sandbox.programs import Exchange, Exchanges, ProgramReport


@dataclass(frozen=True, slots=True)
class Findings:
    """All of a report but what the judge knows better: its level and the time it took."""

    cases: tuple[CaseReport, ...] = ()
    executed: int = 0
    passed: int = 0
    declared: int = 0
    error: str = ""
    in_process: bool = False

    def report(self, level: Level, seconds: float, cpu_seconds: float) -> ProgramReport:
        return ProgramReport(
            cases=self.cases,
            executed=self.executed,
            passed=self.passed,
            declared=self.declared,
            isolation=level,
            seconds=seconds,
            cpu_seconds=cpu_seconds,
            error=self.error,
            in_process=self.in_process,
        )


def of_row(
    name: str, row: Exchange, tests: Exchanges, ran: Ran, ending: tuple[Outcome, str]
) -> CaseReport:
    outcome, detail = ending
    got = ran.printed.decode(errors="replace")
    if outcome is Outcome.PASS:
        readable = _is_text(ran.printed)
        why = objection(got, row, tests) if readable else "the output is not UTF-8"
        outcome, detail = (Outcome.PASS, "") if why is None else (Outcome.FAIL, why)
    if outcome is Outcome.PASS:
        return CaseReport(name, outcome)
    return CaseReport(
        name, outcome, clipped(row.given), clipped(row.expected), clipped(got), detail
    )


def of_tests(work: Instrumented, ran: Ran, limits: Limits) -> Findings:
    told = read(ran.told, ran.number, work)
    outcome, detail = of_program(ran, limits, limits.cpu_seconds, limits.wall_seconds)
    cases = [_failure(work, failure) for failure in told.failures]
    failed = {failure.check for failure in told.failures}
    if outcome is Outcome.PASS and not told.finished:
        outcome = Outcome.RUNTIME_ERROR
        detail = "ended itself with status 0 before its tests were over"
    if outcome is not Outcome.PASS:
        cases.append(CaseReport("tests", outcome, detail=detail))
        return Findings(tuple(cases), len(cases), 0, len(work.checks), "", True)
    reached = [number for number, hit in enumerate(told.hit) if hit and number not in failed]
    passing = [CaseReport(_name(number), Outcome.PASS, work.checks[number]) for number in reached]
    return Findings(
        (*cases, *passing),
        told.executed,
        told.passed,
        len(work.checks),
        "" if cases else _missed(told),
        True,
    )


def _missed(told: Told) -> str:
    missed = told.hit.count(False)
    return f"{missed} of {len(told.hit)} checks were not reached" if missed else ""


def _failure(work: Instrumented, failure: Failure) -> CaseReport:
    if failure.check is None:
        return CaseReport("tests", Outcome.RUNTIME_ERROR, detail=failure.got)
    text = work.checks[failure.check]
    return CaseReport(
        _name(failure.check), Outcome.FAIL, text, failure.expected, failure.got, f"fails: {text}"
    )


def _name(number: int) -> str:
    return f"check {number + 1}"


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
