"""Final answers in a search: nothing visible judges them, and two of them can be the same."""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from synthd.sandbox.errors import SandboxBroken
from synthd.sandbox.functions import Called, Ended, SandboxedFunction
from synthd.sandbox.level import Detection
from synthd.sandbox.limits import MIB, Limits
from synthd.synth.answers import inside
from synthd.synth.answers.comparing import Comparing, Same
from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Verdict
from synthd.synth.observation import Happened, Observation
from synthd.synth.problem import Problem

FINAL = "the final answer"
# An ordinary comparison takes a tenth of a second of the processor. The wall clock is for machines
# that have much else to do.
LIMITS = Limits(cpu_seconds=4, wall_seconds=60, total_seconds=90, memory_bytes=1024 * MIB)
NEEDED = ("sympy", "latex2sympy2_extended")
# What the parser keeps of these it need not find out again.
_EXAMPLES = (
    ["\\frac{\\sqrt{3}\\pi}{2x^2}+\\cot x", "\\frac{1}{\\sqrt3}-2i"],
    ["(x+1)(x-1)", "x^2-1"],
    ["\\frac{\\sqrt3}{3}", "\\frac{1}{\\sqrt{3}}"],
)


class Lacking(Exception):
    """Packages that compare formulas are not installed. str() is for users."""


class Symbolic:
    """A Comparing for LaTeX (answers/inside.py), in a sandbox, within limits."""

    def __init__(self, function: SandboxedFunction) -> None:
        """Use open()."""
        self._function = function

    @staticmethod
    @asynccontextmanager
    async def open(
        detection: Detection, *, unsafe: bool = False, limits: Limits = LIMITS
    ) -> AsyncIterator[Symbolic]:
        """Raises Lacking, and SandboxUnavailable."""
        lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if lacking:
            raise Lacking(
                f"formulas are compared with {' and '.join(lacking)}, which is not installed: "
                "pip install 'synthd[bench]'"
            )
        source = await asyncio.to_thread(Path(inside.__file__).read_text, "utf-8")
        async with SandboxedFunction.open(
            source, "answer", NEEDED, limits, detection, examples=_EXAMPLES, unsafe=unsafe
        ) as function:
            yield Symbolic(function)

    async def same(self, gold: str, given: str) -> Same:
        if gold.strip() == given.strip() and given.strip():
            return Same.YES
        if max(len(gold), len(given)) > inside.LONGEST:
            return Same.UNDECIDED
        called = await self._function.call([gold, given])
        if called.ended is Ended.RETURNED and called.value in list(Same):
            return Same(str(called.value))
        _refuse_busy(called)
        return Same.UNDECIDED


def _refuse_busy(called: Called) -> None:
    """Its processor time was not up: the machine did not get to it."""
    if called.ended is Ended.TIMEOUT and called.note != "cpu":
        raise SandboxBroken("two answers could not be compared: the machine is too busy")


@dataclass(slots=True)
class AnswerVerifier:
    """A Verifier that accepts nothing, as nothing is known, and an Observer of what the answer is:
    answers that are the same are the same observation. One for each search."""

    blind: ClassVar[bool] = True
    calls: ClassVar[tuple[str, ...]] = (FINAL,)
    comparing: Comparing
    _known: list[str] = field(default_factory=list)  # one answer of each class
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        answer = candidate.code
        outcome = CaseOutcome.PASS if answer else CaseOutcome.NO_CODE
        case = Case(FINAL, outcome, input=FINAL, got=answer, detail=candidate.note)
        return Evaluation(Verdict.UNDECIDED, float(bool(answer)), (case,), candidate.note)

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        began, answer = time.monotonic(), candidate.code
        async with self._looking:
            text = await self._class(answer)
        seconds = time.monotonic() - began
        return tuple(
            Observation(call, Happened.RETURNED, text, answer, seconds if not place else 0.0)
            for place, call in enumerate(calls)
        )

    async def _class(self, answer: str) -> str:
        for known in self._known:
            if known == answer or await self.comparing.same(known, answer) is Same.YES:
                return known
        self._known.append(answer)
        return answer


@dataclass(frozen=True, slots=True)
class HeldOutAnswer:
    """A Verifier that knows the answer: for oracles, and for scoring."""

    comparing: Comparing
    gold: str

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        began, answer = time.monotonic(), candidate.code
        same = await self.comparing.same(self.gold, answer) if answer else Same.NO
        verdict = {
            Same.YES: Verdict.ACCEPTED,
            Same.NO: Verdict.REJECTED,
            Same.UNDECIDED: Verdict.UNDECIDED,
        }[same]
        seconds = time.monotonic() - began
        return Evaluation(verdict, float(same is Same.YES), seconds=seconds)
