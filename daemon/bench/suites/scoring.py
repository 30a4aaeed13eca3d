"""What the held-out tests say of a program: for its score, and for a search that asks an oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from synthd.daemon.bench.case import Score
from synthd.daemon.bulk.result import Verdict as Judged
from synthd.daemon.bulk.result import verdict
from synthd.daemon.exits import Missing
from synthd.sandbox.errors import SandboxError
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import Exchanges, Program, ProgramReport, Tests
from synthd.synth.attempt import Candidate, Evaluation, Verdict
from synthd.synth.problem import Problem

_VERDICTS = {
    Judged.ACCEPTED: Verdict.ACCEPTED,
    Judged.REJECTED: Verdict.REJECTED,
    Judged.UNDECIDED: Verdict.UNDECIDED,
}
NO_CODE = "no_code"
PIECE = 200  # rows


async def score(program: Program, tests: Tests, pool: JudgePool) -> Score:
    """Raises Missing where the sandbox cannot be used at all."""
    if not program.text.strip():
        return Score(False, NO_CODE)
    report = await _in_pieces(program, tests, pool)
    found, outcome = verdict(report)
    undecided = found is Judged.UNDECIDED
    why = report.error or next((case.detail for case in report.cases if case.detail), "")
    return Score(
        passed=None if undecided else found is Judged.ACCEPTED,
        outcome=outcome.value,
        executed=report.executed,
        declared=report.declared,
        in_process=report.in_process,
        cpu_seconds=round(report.cpu_seconds, 4),
        error=(why or "the tests came to no verdict") if undecided else "",
    )


async def _in_pieces(program: Program, tests: Tests, pool: JudgePool) -> ProgramReport:
    """A program may take so many seconds for all rows: for thousands of rows, each of which starts
    it, a machine that is busy would make right programs late. So these are given in pieces, until
    one is not passed; executed counts the rows of the pieces that were given."""
    if not isinstance(tests, Exchanges) or len(tests.rows) <= PIECE:
        return await judged(program, tests, pool)
    reports: list[ProgramReport] = []
    for start in range(0, len(tests.rows), PIECE):
        piece = replace(tests, rows=tests.rows[start : start + PIECE])
        reports.append(await judged(program, piece, pool))
        if not reports[-1].accepted:
            break
    return replace(
        reports[-1],
        executed=sum(report.executed for report in reports),
        passed=sum(report.passed for report in reports),
        declared=len(tests.rows) if reports[-1].declared else 0,
        seconds=sum(report.seconds for report in reports),
        cpu_seconds=sum(report.cpu_seconds for report in reports),
    )


async def judged(program: Program, tests: Tests, pool: JudgePool) -> ProgramReport:
    """Raises Missing."""
    try:
        return await pool.judge(program, tests)
    except SandboxError as error:
        raise Missing(str(error)) from None


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Implements ports.Verifier for synth/oracle.py: a verdict, and nothing of what it rests on.

    program: the whole program of a candidate's code.
    """

    pool: JudgePool
    tests: Tests
    program: Callable[[str], Program]

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        if not candidate.code.strip():
            return Evaluation(Verdict.REJECTED, 0.0)
        report = await _in_pieces(self.program(candidate.code), self.tests, self.pool)
        found, _ = verdict(report)
        accepted = float(found is Judged.ACCEPTED)
        return Evaluation(_VERDICTS[found], accepted, seconds=report.seconds)
