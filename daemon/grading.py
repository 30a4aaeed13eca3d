"""Tries for the grade `tested` once a search has found a program, with the rest of its budget."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from synthd.daemon.recording import Search, recorded
from synthd.daemon.setup import Setup
from synthd.sandbox.errors import SandboxError
from synthd.synth.attempt import Attempt
from synthd.synth.budget import SMALLEST_CALL
from synthd.synth.models.errors import ModelError
from synthd.synth.run import Run
from synthd.synth.solve import Outcome, solve
from synthd.synth.testing.earn import Earning, Findings
from synthd.synth.testing.second import SecondOpinion, independent


@dataclass(frozen=True, slots=True)
class Grading:
    """run: the search, which is over. ends: when its time does, by time.monotonic."""

    setup: Setup
    run: Run
    ends: float

    async def findings(self, outcome: Outcome) -> Findings | None:
        """None where there is nothing to try, or nobody wants it."""
        best = outcome.best
        if best is None or not best.accepted or self.setup.tested_seconds <= 0:
            return None
        if not self.run.observes:
            return None
        seconds = min(self.setup.tested_seconds, self._left)
        if seconds <= 0:
            return Findings(reason="nothing of the time is left to try it on other inputs")
        try:
            return await Earning(self.run, self._second, seconds)(best)
        except SandboxError as error:
            return Findings(reason=f"inputs could not be executed: {error}")

    @property
    def _left(self) -> float:
        return self.ends - time.monotonic()

    async def _second(self, first: Attempt) -> Attempt | str:
        """A program that was drafted by itself, or why there is none."""
        # The search may have drawn one; the first, whether or not it agrees.
        drafted = (a for a in self.run.accepted if a.candidate.parent is None)
        if found := next((a for a in drafted if independent(a, first.candidate.code)), None):
            return found
        ledger = self.run.ledger
        if self._left <= 0 or ledger.programs_left <= 0 or ledger.tokens_left < SMALLEST_CALL:
            return "nothing of the budget is left for a second program"
        before = ledger.usage.programs
        strategy = SecondOpinion(first=first.candidate.code)
        setup = self.setup
        problem = replace(self.run.problem, given="")  # by itself: from nothing that there was
        search = Search(
            problem, strategy, setup.budget, self.run.seed, setup.model, setup.extraction
        )
        try:
            with recorded(setup.recording, search) as (model, pace):
                other = self.run.further(
                    seconds=self._left, problem=problem, model=model, pace=pace
                )
                outcome = await solve(other, strategy)
        except ModelError as error:
            return f"no second program could be drafted: {error}"
        if outcome.best is not None and other.chosen:
            return outcome.best
        drawn = ledger.usage.programs - before
        return f"of {drawn} more drafts none is another program that passes all checks"
