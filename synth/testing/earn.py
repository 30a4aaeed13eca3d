"""Earns the grade `tested` for an accepted program, or says in one sentence why not.

At least 100 generated inputs are executed: on the program, on a second one that was drafted by
itself and passes the same checks, and on the program again in the opposite order. What can be
told without the second program is told first, because a draft costs more than all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from synthd.synth import executing
from synthd.synth.attempt import Attempt
from synthd.synth.behaviour import Row
from synthd.synth.events import Observed
from synthd.synth.inputs.generate import Generator
from synthd.synth.ports import Observer
from synthd.synth.run import Run
from synthd.synth.testing import findings
from synthd.synth.testing.domain import Domain, domain
from synthd.synth.testing.findings import NEEDED, Examined, Question

INPUTS = 150  # generated: some turn out to be no input of the function's
LARGEST = 60

# Draws the second program; a text instead says why there is none.
Draft = Callable[[Attempt], Awaitable[Attempt | str]]


class _OutOfTime(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Findings:
    """reason: why the grade was not earned; "" where it was. inputs: that count."""

    inputs: int = 0
    seed: int = 0
    reason: str = ""
    second: Attempt | None = None
    checked: tuple[str, ...] = ()
    question: Question | None = None

    @property
    def earned(self) -> bool:
        return not self.reason


@dataclass(slots=True)
class Earning:
    """seconds: of executing, at most. generator: of two kinds of inputs none is better by itself
    (docs/searches.md)."""

    run: Run
    draft: Draft
    seconds: float
    generator: Generator = "both"
    _domain: Domain = field(init=False)
    _spent: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._domain = domain(self.run.problem)

    async def __call__(self, accepted: Attempt) -> Findings:
        if accepted.evaluation.labels:
            return Findings(reason="it only lists the answers to its examples")
        seed = self.run.seed
        calls = await executing.made(self.run, INPUTS, self.generator, largest=LARGEST)
        if len(calls) < NEEDED:
            return Findings(
                seed=seed,
                reason=f"only {len(calls)} different inputs could be made, {NEEDED} are needed; "
                "annotated parameters and more examples give more",
            )
        try:
            return replace(await self._try(accepted, calls), seed=seed)
        except _OutOfTime:
            return Findings(seed=seed, reason=f"its inputs take more than {self.seconds:g} s")

    async def _try(self, accepted: Attempt, calls: tuple[str, ...]) -> Findings:
        row = await self._execute(accepted, calls)
        alone = findings.examine(self._domain, row)
        if alone.fatal:
            return Findings(reason=alone.fault)
        if not alone.fault and len(alone.counted) < NEEDED:
            return Findings(reason=_too_few(alone))
        if not alone.fault and (mute := findings.mute(row, alone.counted)):
            return Findings(reason=mute)
        again = await self._execute(accepted, calls[::-1], tell=False)
        if unsteady := findings.unsteady(row, again):
            return Findings(reason=unsteady)
        # A program that crashes has lost the grade; whether another one gives a value there is
        # worth knowing all the same.
        second = await self.draft(accepted)
        if isinstance(second, str):
            return Findings(reason=alone.fault or second)
        return self._compare((accepted, second), row, await self._execute(second, calls), alone)

    def _compare(
        self, programs: tuple[Attempt, Attempt], row: Row, other: Row, alone: Examined
    ) -> Findings:
        place = findings.difference(self._domain, row, other)
        found = Findings(second=programs[1])
        if place is not None:
            pair = (row[place], other[place])
            asked = findings.question(pair, programs) if findings.answerable(pair) else None
            reason = alone.fault or (
                f"a second program that passes all checks differs on {pair[0].call}"
            )
            return replace(found, reason=reason, question=asked)
        if alone.fault:
            return replace(found, reason=alone.fault)
        same = [at for at in alone.counted if row[at].key == other[at].key]
        if len(same) < NEEDED:
            return replace(found, reason=_too_few(replace(alone, counted=frozenset(same))))
        if mute := findings.mute(row, same):
            return replace(found, reason=mute)
        return replace(found, inputs=len(same), checked=_checked(self._domain))

    async def _execute(self, attempt: Attempt, calls: tuple[str, ...], *, tell: bool = True) -> Row:
        """Beside the search, which is over; the cost is the search's all the same."""
        verifier = self.run.verifier
        assert isinstance(verifier, Observer)
        left = self.seconds - self._spent
        try:
            async with asyncio.timeout(left):
                seen = await verifier.observe(self.run.problem, attempt.candidate, calls)
        except TimeoutError:
            raise _OutOfTime from None
        self._spent += sum(each.seconds for each in seen)
        self.run.ledger.usage.judge_seconds += sum(each.seconds for each in seen)
        if tell:
            self.run.trace(Observed(attempt.candidate.node, tuple(seen)))
        return seen


def _too_few(examined: Examined) -> str:
    why = f": {examined.obstacle}" if examined.obstacle else ""
    return f"only {len(examined.counted)} inputs of {NEEDED} count{why}"


def _checked(known: Domain) -> tuple[str, ...]:
    types = "returned values are of the annotated type"
    return (
        "no crash: every exception is announced, or refuses an input outside what is documented",
        types if known.returns is not None else "no return type is annotated, none was compared",
        "the same on repetition, in the opposite order",
        "agreement with a program drafted by itself that passes the same checks",
    )
