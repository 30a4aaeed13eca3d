"""Judges a function as it stands in its file against its own examples: no model, no search."""

from __future__ import annotations

import dataclasses
import hashlib
import textwrap
from enum import StrEnum

from pydantic import Field

from synthd.daemon.certificate import checks_sha256, judge_facts, text_sha256
from synthd.daemon.concerns import concerns
from synthd.daemon.exits import Exit
from synthd.daemon.judging import open_verifier, refusal
from synthd.daemon.prepare import Prepared
from synthd.daemon.report import SCHEMA, CheckReport, JudgeFacts, Wire
from synthd.daemon.settings import LimitSettings
from synthd.sandbox.checks import SpecReport
from synthd.sandbox.judge import PythonJudge
from synthd.sandbox.level import Detection
from synthd.synth.attempt import Candidate, CaseOutcome, Evaluation, Grade, Verdict
from synthd.synth.source.splice import render
from synthd.synth.tabulation import LABEL, tabulates


class Standing(StrEnum):
    """How a function of a file stands: what a prover would say, and two that are no verdict."""

    VERIFIED = "verified"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    STUB = "stub"  # nothing to verify yet
    ERROR = "error"


CODES = {
    Standing.VERIFIED: Exit.VERIFIED,
    Standing.REFUTED: Exit.UNSOLVED,
    Standing.UNDECIDED: Exit.UNDECIDED,
}


class Proof(Wire):
    """What was established about which bytes; the same hashes as a certificate's."""

    code_sha256: str
    spec_sha256: str
    checks_sha256: str
    file_sha256: str
    judge: JudgeFacts


class VerifyReport(Wire):
    """One function of a file, as `synthd verify --json` prints it."""

    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    file: str
    function: str
    line: int = 0
    status: Standing
    grade: Grade = Grade.UNKNOWN
    message: str
    labels: list[str] = Field(default_factory=list)
    checks: list[CheckReport] = Field(default_factory=list)
    proof: Proof | None = None
    seconds: float = 0.0
    warnings: list[str] = Field(default_factory=list)

    def json_text(self) -> str:
        return self.model_dump_json(by_alias=True)


async def verify(
    prepared: Prepared,
    limits: LimitSettings,
    detection: Detection,
    *,
    unsafe: bool = False,
    within: PythonJudge | None = None,
) -> VerifyReport:
    """within: a judge of the same file that is open. Raises BadInput where the checks are broken by
    themselves, and Missing."""
    source, target = prepared.source, prepared.target
    body = source.text[target.body.start : target.body.end]
    candidate = Candidate(textwrap.dedent(body.strip("\r\n")))
    async with open_verifier(
        prepared, limits, detection, unsafe=unsafe, present=True, within=within
    ) as verifier:
        broken = refusal(_own(await verifier.preflight(), prepared), prepared)
        if broken is not None:
            raise broken
        found = await verifier.verify(prepared.problem, candidate)
    accepted = found.verdict is Verdict.ACCEPTED
    listed = accepted and tabulates(candidate.code, prepared.checks)
    return VerifyReport(
        file=source.path,
        function=target.qualname,
        line=target.line,
        status=_standing(found.verdict),
        grade=_grade(found),
        message=_message(target.qualname, found, listed=listed),
        labels=[LABEL] if listed else [],
        checks=[CheckReport.of(case) for case in found.cases],
        proof=Proof(
            code_sha256=text_sha256(render(source, target)),
            spec_sha256=text_sha256(prepared.problem.start),
            checks_sha256=checks_sha256(prepared),
            file_sha256=hashlib.sha256(source.raw).hexdigest(),
            judge=judge_facts(prepared, limits, found.isolation),
        ),
        seconds=round(found.seconds, 3),
        warnings=list(prepared.warnings),
    )


def _own(report: SpecReport, prepared: Prepared) -> SpecReport:
    """Without the faults of tests that are about other functions of the file."""
    name = prepared.target.name
    errors = tuple(e for e in report.errors if concerns(e, prepared.checks, name))
    return dataclasses.replace(report, errors=errors)


def _standing(verdict: Verdict) -> Standing:
    match verdict:
        case Verdict.ACCEPTED:
            return Standing.VERIFIED
        case Verdict.UNDECIDED:
            return Standing.UNDECIDED
        case Verdict.REJECTED | Verdict.FORBIDDEN:
            return Standing.REFUTED


def _grade(found: Evaluation) -> Grade:
    if found.verdict is Verdict.UNDECIDED:
        return Grade.UNKNOWN
    if found.verdict is Verdict.ACCEPTED:
        return Grade.EXAMPLES
    return Grade.PARTIAL if found.score > 0 else Grade.UNKNOWN


def _message(name: str, found: Evaluation, *, listed: bool) -> str:
    """One sentence for people."""
    total = len(found.cases)
    passed = sum(case.passed for case in found.cases)
    match found.verdict:
        case Verdict.ACCEPTED:
            checks = "its one check" if total == 1 else f"all {total} checks"
            warning = " But it only lists the answers to the examples." if listed else ""
            return f"{name} is verified: it passes {checks}.{warning}"
        case Verdict.UNDECIDED:
            unsaid = next((c for c in found.cases if c.outcome is CaseOutcome.INFRA_ERROR), None)
            why = found.report or (unsaid.detail if unsaid else "")
            return f"{name} is undecided: {why or 'the judge could not run its checks'}"
        case Verdict.REJECTED | Verdict.FORBIDDEN:
            return f"{name} is refuted: it passes {passed} of {total} checks"
