"""Programs in any language tried on inputs that nobody has answers for.

A call is written in Python, `program([1, 2], 3)`, as all of synth/inputs writes them. What it is to
a program is `Inputs`' business: a text on its standard input.
"""

from __future__ import annotations

import ast
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from synthd.daemon.bench.suites.scoring import judged
from synthd.daemon.bench.suites.steering import Steering
from synthd.sandbox.checks import CaseReport, Outcome
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import Exchange, Exchanges, Language, Program, ProgramReport
from synthd.synth.attempt import Candidate, Evaluation, Extraction
from synthd.synth.observation import Happened, Observation
from synthd.synth.problem import Problem
from synthd.synth.run import Strategy
from synthd.synth.strategies.mbr import Mbr
from synthd.synth.strategies.s_star import SStar
from synthd.synth.strategies.self_consistency import SelfConsistency

AT_ONCE = 20  # a report has so many cases in full
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Inputs:
    """given: what a program reads for these arguments, None where they are not of its types.
    program: of a candidate's code, the one that reads it and prints."""

    given: Callable[[tuple[object, ...]], str | None]
    program: Callable[[str], str]


def needs_execution(strategy: Strategy) -> bool:
    """Whether it is nothing without programs that can be tried."""
    match strategy:
        case Mbr():
            return strategy.utility != "edit"
        case SelfConsistency():
            return strategy.by == "behaviour"
        case SStar():
            return True
    return False


@dataclass(frozen=True, slots=True)
class Executing:
    """Implements ports.Executor."""

    steering: Steering
    inputs: Inputs
    pool: JudgePool
    language: Language

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        return await self.steering.verify(problem, candidate)

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        if candidate.extraction in (Extraction.NO_CODE, Extraction.UNUSABLE) or not candidate.code:
            return tuple(Observation(call, Happened.DIED) for call in calls)
        given = {call: self._given(call) for call in calls}
        usable = [call for call in calls if given[call] is not None]
        program = Program(self.language, self.inputs.program(candidate.code))
        seen: dict[str, Observation] = {}
        for start in range(0, len(usable), AT_ONCE):
            some = usable[start : start + AT_ONCE]
            # No program prints this: every row is reported, with what it printed.
            never = secrets.token_hex(16)
            rows = tuple(Exchange(given[call] or "", never) for call in some)
            report = await judged(program, Exchanges(rows), self.pool)
            seen |= _observations(some, report)
        return tuple(seen.get(call) or Observation(call, Happened.INVALID) for call in calls)

    def _given(self, call: str) -> str | None:
        arguments = literals(call)
        return None if arguments is None else self.inputs.given(arguments)


def literals(call: str) -> tuple[object, ...] | None:
    """The arguments of a call, if they are all literals. Nothing is evaluated."""
    try:
        tree = ast.parse(call.strip(), mode="eval").body
        if not isinstance(tree, ast.Call) or tree.keywords:
            return None
        return tuple(ast.literal_eval(argument) for argument in tree.args)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return None


def _observations(calls: list[str], report: ProgramReport) -> dict[str, Observation]:
    seconds = report.seconds / max(1, len(calls))
    told = {case.id: case for case in report.cases}
    ended = next((case for case in report.cases if not case.id.startswith("row ")), None)
    return {
        call: _observation(call, told.get(f"row {at}") or ended, seconds)
        for at, call in enumerate(calls, 1)
    }


def _observation(call: str, case: CaseReport | None, seconds: float) -> Observation:
    if case is None:
        return Observation(call, Happened.UNKNOWN, seconds=seconds)
    match case.outcome:
        case Outcome.PASS | Outcome.FAIL:
            got = "\n".join(line.rstrip() for line in case.got.rstrip().split("\n"))
            return Observation(call, Happened.RETURNED, got, got[:LONGEST], seconds)
        case Outcome.TIMEOUT:
            return Observation(call, Happened.TIMEOUT, "", case.detail, seconds)
        case Outcome.INFRA_ERROR:
            return Observation(call, Happened.UNKNOWN, "", case.detail, seconds)
        case Outcome.COMPILE_ERROR:
            return Observation(call, Happened.DIED, "", case.detail[:LONGEST], seconds)
        case _:
            return Observation(call, Happened.RAISED, case.detail, case.detail[:LONGEST], seconds)
