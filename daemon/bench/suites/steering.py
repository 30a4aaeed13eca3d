"""Checks of whole programs that steer a search: the pool's report as an evaluation with cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from synthd.daemon.bench.suites.scoring import judged
from synthd.daemon.bulk.result import Verdict as Judged
from synthd.daemon.bulk.result import verdict
from synthd.sandbox.checks import CaseReport, Outcome
from synthd.sandbox.inside.tally import LETTERS
from synthd.sandbox.native import cpp_main, rust_main
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import (
    Exchanges,
    Language,
    MainTests,
    Program,
    ProgramReport,
    Rows,
)
from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.problem import Problem

Visible = Rows | Exchanges | MainTests
_OUTCOMES = {letter: CaseOutcome(name) for name, letter in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """A check before anything ran: what all programs of a search are told of in the same way."""

    id: str
    input: str
    expected: str = ""


def asked(tests: Visible, language: Language) -> tuple[Asked, ...]:
    """The checks in their order."""
    match tests:
        case Rows():
            return tuple(
                Asked(f"row {at}", f"{tests.entry}({', '.join(map(repr, row.args))})", expected)
                for at, row in enumerate(tests.rows, 1)
                for expected in [repr(row.expected)]
            )
        case Exchanges():
            return tuple(
                Asked(f"row {at}", row.given, row.expected) for at, row in enumerate(tests.rows, 1)
            )
        case MainTests():
            made = cpp_main if language is Language.CPP else rust_main
            checks = made.instrument("", tests.text).checks
            return tuple(Asked(f"check {at}", text) for at, text in enumerate(checks, 1))


@dataclass(frozen=True, slots=True)
class Steering:
    """Implements ports.Verifier. program: the whole program of a candidate's code."""

    pool: JudgePool
    tests: Visible
    checks: tuple[Asked, ...]
    program: Callable[[str], Program]

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        if candidate.extraction in (Extraction.NO_CODE, Extraction.UNUSABLE) or not candidate.code:
            return _nothing(self.checks, candidate.note or "the answer holds no program")
        report = await judged(self.program(candidate.code), self.tests, self.pool)
        return evaluation(report, self.checks)


def _nothing(checks: tuple[Asked, ...], why: str) -> Evaluation:
    cases = tuple(Case(one.id, CaseOutcome.NO_CODE, one.input, detail=why) for one in checks)
    return Evaluation(Verdict.REJECTED, 0.0, cases, why)


def evaluation(report: ProgramReport, checks: tuple[Asked, ...]) -> Evaluation:
    """One case for each check, so that programs can be compared check by check."""
    found, _ = verdict(report)
    cases = _cases(report, checks)
    passed = sum(case.passed for case in cases)
    return Evaluation(
        {Judged.ACCEPTED: Verdict.ACCEPTED, Judged.REJECTED: Verdict.REJECTED}.get(
            found, Verdict.UNDECIDED
        ),
        1.0 if found is Judged.ACCEPTED else min(passed, len(checks) - 1) / max(1, len(checks)),
        cases,
        report.error,
        isolation=report.isolation.value,
        seconds=report.seconds,
    )


def _cases(report: ProgramReport, checks: tuple[Asked, ...]) -> tuple[Case, ...]:
    told = {case.id: case for case in report.cases}
    known = {one.id for one in checks}
    # A program that does not compile or come to its end has one report for all its checks.
    ended = next((case for case in report.cases if case.id not in known), None)
    return tuple(_case(one, told.get(one.id), at, report, ended) for at, one in enumerate(checks))


def _case(
    check: Asked, told: CaseReport | None, at: int, report: ProgramReport, ended: CaseReport | None
) -> Case:
    if told is not None and told.outcome is Outcome.PASS:
        return Case(check.id, CaseOutcome.PASS, check.input, check.expected)
    if told is not None:
        outcome = CaseOutcome(told.outcome.value)
        expected = told.expected or check.expected
        return Case(check.id, outcome, check.input, expected, told.got, told.detail)
    if ended is None and (report.accepted or at < len(report.letters)):
        outcome = CaseOutcome.PASS if report.accepted else _OUTCOMES[report.letters[at]]
        return Case(check.id, outcome, check.input, check.expected)
    if ended is None:
        error = report.error or "it was not reached"
        return Case(check.id, CaseOutcome.RUNTIME_ERROR, check.input, check.expected, "", error)
    outcome = CaseOutcome(ended.outcome.value)
    return Case(check.id, outcome, check.input, check.expected, ended.got, ended.detail)
