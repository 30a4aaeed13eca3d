"""A prover that answers by a rule, in place of Verus: what the verifier makes of the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from synthd.synth.attempt import Candidate, Evaluation
from synthd.synth.problem import Problem
from synthd.synth.rust.functions import functions
from synthd.synth.rust.lines import Lines
from synthd.synth.verifiers.verus.report import (
    Diagnostic,
    FunctionResult,
    Kind,
    Level,
    Place,
    ProofVerdict,
    Status,
    VerusReport,
)
from synthd.synth.verifiers.verus.verifier import VerusVerifier

FALSE = "assert(false)"


@dataclass(frozen=True, slots=True)
class Failure:
    """at: the text of the program that the error points at."""

    at: str
    kind: Kind = Kind.ASSERTION
    message: str = "assertion failed"


@dataclass(frozen=True, slots=True)
class Asked:
    program: str
    seed: int | None = None
    no_cheating: bool = False


# What fails in a program, or a whole report about it.
Answer = Callable[[Asked], tuple[Failure, ...] | VerusReport]


def report(program: str, failures: tuple[Failure, ...] = ()) -> VerusReport:
    """As Verus would: each function is verified, or fails, or nothing is checked at all."""
    lines = Lines.of(program)
    diagnostics = tuple(_diagnostic(program, lines, one) for one in failures)
    early = any(one.kind in (Kind.SYNTAX, Kind.TYPE) for one in failures)
    failed = {one.function for one in diagnostics}
    results = tuple(
        FunctionResult(
            one.path,
            one.line,
            Status.UNKNOWN if early else (Status.FAILED if one.path in failed else Status.VERIFIED),
        )
        for one in functions(program)
        if one.in_verus
    )
    verified = sum(one.status is Status.VERIFIED for one in results)
    verdict = ProofVerdict.REFUTED if failures else ProofVerdict.PROVED
    errors = 0 if early else len(failures)
    return VerusReport(
        verdict,
        "",
        verified,
        errors,
        results,
        diagnostics,
        not early,
        isolation="none",
        seconds=0.5,
    )


def _diagnostic(program: str, lines: Lines, failure: Failure) -> Diagnostic:
    at = program.index(failure.at)
    line, column = lines.line(at), lines.column(at) + 1
    end = column + len(failure.at)
    around = (one.path for one in functions(program) if one.whole.start <= at < one.whole.end)
    text = program.splitlines()[line - 1]
    place = Place("program.rs", line, column, line, end, True, "", text)
    path = next(around, "")
    return Diagnostic(failure.kind, Level.ERROR, failure.message, (place,), function=path)


def reachable(asked: Asked) -> tuple[Failure, ...]:
    """What is right: all is proved but `assert(false)`."""
    return (Failure(FALSE),) if FALSE in asked.program else ()


@dataclass
class Scripted:
    answer: Answer = reachable
    asked: list[Asked] = field(default_factory=list)

    async def check(
        self,
        program: str,
        *,
        seed: int | None = None,
        rlimit: float | None = None,
        only: str = "",
        document: int | None = None,
        no_cheating: bool = False,
    ) -> VerusReport:
        self.asked.append(Asked(program, seed, no_cheating))
        found = self.answer(self.asked[-1])
        return found if isinstance(found, VerusReport) else report(program, found)


@pytest.fixture
def failure() -> type[Failure]:
    return Failure


@pytest.fixture
def scripted() -> type[Scripted]:
    return Scripted


@pytest.fixture
def as_report() -> Callable[..., VerusReport]:
    return report


@pytest.fixture
def judge() -> Callable[..., object]:
    async def judged(verifier: VerusVerifier, code: str, parent: object = None) -> Evaluation:
        return await verifier.verify(Problem("p", ""), Candidate(code))

    return judged
