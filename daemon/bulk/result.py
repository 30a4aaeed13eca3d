"""What is kept of one judged program: a line of the results file, and the little that counts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from synthd.daemon.report import SCHEMA, Wire
from synthd.sandbox.checks import CaseReport, Outcome
from synthd.sandbox.programs import ProgramReport

MOST_CASES = 3
LONGEST = 400


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"  # our fault or the environment's: never scored


@dataclass(frozen=True, slots=True)
class Scored:
    """What figures are made of, and what tells one program from another."""

    sample: int
    task_id: str
    sha256: str
    verdict: Verdict
    outcome: Outcome
    in_process: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """What all lines of one file have in common."""

    suite: str
    suite_sha256: str
    judge: str


@dataclass(frozen=True, slots=True)
class Given:
    """One program that is to be judged, as far as a results file names it."""

    sample: int
    task_id: str
    sha256: str


class FailedCase(Wire):
    id: str
    outcome: Outcome
    input: str
    expected: str
    got: str
    detail: str


class Result(Wire):
    """One line of a results file.

    sample: the line of the samples file, from 0; of named files, their place on the command
    line. sha256: of the judged program's text. passed: null where there is no verdict.
    suite_sha256: of the suite's data, or of the tests. judge: which judge, under which limits.
    isolation: empty where nothing ran.
    cases: the first few that did not pass. seconds: wall, with the wait for a free worker.
    """

    schema_version: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    suite: str
    suite_sha256: str
    task_id: str
    sample: int = Field(ge=0)
    sha256: str
    passed: bool | None
    verdict: Verdict
    outcome: Outcome
    executed: int
    declared: int
    isolation: str
    in_process: bool
    seconds: float
    cpu_seconds: float
    judge: str
    error: str = ""
    cases: list[FailedCase] = Field(default_factory=list)

    @property
    def scored(self) -> Scored:
        return Scored(
            self.sample,
            self.task_id,
            self.sha256,
            self.verdict,
            self.outcome,
            self.in_process,
            self.why if self.verdict is Verdict.UNDECIDED else "",
        )

    @property
    def why(self) -> str:
        """Of an undecided one: what the judge or the environment is missing."""
        return self.error or next((case.detail for case in self.cases if case.detail), "")

    def json_text(self) -> str:
        return self.model_dump_json(by_alias=True)


def verdict(report: ProgramReport) -> tuple[Verdict, Outcome]:
    """One failure that is the program's own rejects it, whatever else could not be decided."""
    if report.accepted:
        return Verdict.ACCEPTED, Outcome.PASS
    if not report.error:
        for case in report.cases:
            if case.outcome not in (Outcome.PASS, Outcome.INFRA_ERROR):
                return Verdict.REJECTED, case.outcome
    return Verdict.UNDECIDED, Outcome.INFRA_ERROR


def result(given: Given, origin: Origin, report: ProgramReport) -> Result:
    found, outcome = verdict(report)
    return Result(
        suite=origin.suite,
        suite_sha256=origin.suite_sha256,
        task_id=given.task_id,
        sample=given.sample,
        sha256=given.sha256,
        passed=None if found is Verdict.UNDECIDED else found is Verdict.ACCEPTED,
        verdict=found,
        outcome=outcome,
        executed=report.executed,
        declared=report.declared,
        isolation=report.isolation.value if report.executed or report.cases else "",
        in_process=report.in_process,
        seconds=round(report.seconds, 4),
        cpu_seconds=round(report.cpu_seconds, 4),
        judge=origin.judge,
        error=_short(report.error),
        cases=failed_cases(report.cases),
    )


def failed_cases(cases: Sequence[CaseReport]) -> list[FailedCase]:
    failed = [case for case in cases if case.outcome is not Outcome.PASS]
    return [
        FailedCase(
            id=_short(case.id),
            outcome=case.outcome,
            input=_short(case.input),
            expected=_short(case.expected),
            got=_short(case.got),
            detail=_short(case.detail),
        )
        for case in failed[:MOST_CASES]
    ]


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _short(text: str) -> str:
    """A lone surrogate is not text that every reader of JSON takes."""
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return text.encode("utf-8", "backslashreplace").decode()
