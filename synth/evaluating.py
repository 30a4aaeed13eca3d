"""What the verifier says of the programs of one search: each is judged and executed once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synthd.synth.attempt import Attempt, Candidate, Evaluation
from synthd.synth.events import Observed
from synthd.synth.observation import Observation
from synthd.synth.ports import Observer
from synthd.synth.unmet import Unmet

if TYPE_CHECKING:
    from synthd.synth.run import Run


@dataclass(slots=True)
class Evaluating:
    """observed: by program and call."""

    run: Run = field(repr=False)
    observed: dict[tuple[str, str], Observation] = field(default_factory=dict)
    _judged: dict[str, asyncio.Task[Evaluation]] = field(default_factory=dict)

    async def judge(self, candidate: Candidate) -> Evaluation:
        """The verifier's word; the same program is judged once, however often it is drawn."""
        verifier, problem = self.run.verifier, self.run.problem
        if not candidate.code:
            return await verifier.verify(problem, candidate)
        known = self._judged.get(candidate.code)
        if known is not None:
            return await asyncio.shield(known)
        task = asyncio.ensure_future(verifier.verify(problem, candidate))
        self._judged[candidate.code] = task
        try:
            return await task
        except BaseException:
            self._judged.pop(candidate.code, None)
            raise

    async def observe(self, attempt: Attempt, calls: Iterable[str]) -> tuple[Observation, ...]:
        run, wanted, code = self.run, tuple(calls), attempt.candidate.code
        if not isinstance(run.verifier, Observer):
            raise Unmet("this strategy compares what programs do, which this verifier cannot run")
        new = tuple(dict.fromkeys(c for c in wanted if (code, c) not in self.observed))
        if new:
            found = await run.verifier.observe(run.problem, attempt.candidate, new)
            await run.step(f"observed {attempt.candidate.node}")
            run.trace(Observed(attempt.candidate.node, tuple(found)))
            run.ledger.usage.judge_seconds += sum(seen.seconds for seen in found)
            self.observed.update({(code, seen.call): seen for seen in found})
        return tuple(self.observed[code, call] for call in wanted)
