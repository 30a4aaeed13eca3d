"""Beam search: of the likeliest distinct answers of the model the first that passes.

A baseline of FTTT (arXiv 2502.15771, prelim/): beam search over tokens inside the model, all 32
beams returned, and right if any is, by the held-out tests (oracle=true).

No backend gives its beams, or what else a token might have been, so here they are approached by
sampling without replacement: the greedy answer, and samples at a low temperature; a round draws
as many as there were copies, until there are `beams` distinct answers or a round brought no new
one. They are ordered by log-probability per token, as transformers orders its beams. The result is
the first in that order of those that pass the visible checks, or the most of them. With the oracle
any right one ends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth import choosing, likelihood, prompts
from synthd.synth.attempt import Attempt
from synthd.synth.parameter import parameter
from synthd.synth.run import Ask, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    beams: int = parameter(32, "distinct answers")
    temperature: float = parameter(0.6, "sampling temperature of all but the first (the paper: 0)")
    oracle: bool = parameter(False, "held-out tests stop it (the paper: on; benchmarks)")

    @property
    def collects(self) -> bool:
        return not self.oracle

    async def __call__(self, run: Run) -> None:
        kept: dict[str, Attempt] = {}
        number = 0
        while wanted := self.beams - len(kept):
            tried = await run.attempts(self._ask(run, number + i) for i in range(wanted))
            number += wanted
            before = len(kept)
            for attempt in tried:
                kept.setdefault(attempt.candidate.completion, attempt)
            if len(kept) == before:
                break
        if kept and self.collects:
            ranked = sorted(kept.values(), key=likelihood.mean, reverse=True)
            likely = [likelihood.mean(attempt) for attempt in ranked]
            why = choosing.alone(
                "checks, then log-probability", ranked, {"log-probability": likely}
            )
            run.choose(max(ranked, key=lambda attempt: attempt.rank), why)

    def _ask(self, run: Run, number: int) -> Ask:
        return Ask(
            prompts.opening(run.problem, run.start),
            self.temperature if number else 0.0,
            f"draft.{number}",
            "draft",
            (number,),
            run.start,
            logprobs=self.collects,
        )
