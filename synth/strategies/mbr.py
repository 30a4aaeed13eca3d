"""Minimum Bayes risk: of independent samples the one that agrees most with all of them.

Shi, Fried, Ghazvininejad, Zettlemoyer, Wang: "Natural Language to Code Translation with
Execution", EMNLP 2022 (arXiv 2204.11454).

The answer is argmax over y' of the mean over y of u(y, y'), both running over all samples. u is
how far two programs agree when they are executed (agreement: on which fraction of the calls, as in
the notebook of the NeurIPS 2024 tutorial on meta-generation; equality: on all or none, as in the
paper), or how alike their texts are (edit). Samples that do the same are one class with its size
as weight: the sums are the same, and equality is a majority vote.

The paper executes on the calls of the tests alone (inputs=0), and selects among all samples
(pool=all), which are 30 there, at 0.7. Ours adds generated calls, and leaves samples that fail
visible checks out where any passes. Ties go to the first sample, not to numpy's sort.

As in S* the model may be asked for calls, too, on which the first sample differs from others
(source=both, or model: besides the examples' these alone). By default it is not: its tokens are
programs that are not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from synthd.synth import behaviour, choosing, executing, likelihood, select
from synthd.synth.attempt import Attempt
from synthd.synth.inputs.generate import Generator
from synthd.synth.parameter import parameter
from synthd.synth.proposing import proposed_for
from synthd.synth.risk import Utility, greatest, utilities
from synthd.synth.run import Run
from synthd.synth.similarity import similarity
from synthd.synth.strategies.drafting import drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mbr:
    collects: ClassVar[bool] = True
    n: int = parameter(16, "programs drawn")
    temperature: float = parameter(0.8, "sampling temperature of all")
    top_p: float = parameter(
        0.0, "share of the likeliest tokens; 0: the backend's own (the paper: 0.95)", most=1
    )
    utility: Literal["agreement", "equality", "edit"] = parameter(
        "agreement", "executed: calls that agree, all calls or none; or text that does"
    )
    inputs: int = parameter(24, "generated calls besides the examples' (the paper: 0)")
    generator: Generator = parameter(
        "own", "what generates them: a generator of ours, Hypothesis, or half of each"
    )
    source: Literal["generated", "model", "both"] = parameter(
        "generated", "whose calls there are besides the examples' (model: it is asked)"
    )
    doubts: int = parameter(3, "samples of which the model is asked how they differ from the first")
    pool: select.Pool = parameter(
        "passing", "samples that count: where any passes only those, or all (the paper)"
    )
    ties: Literal["first", "logprob"] = parameter(
        "first", "of equal samples: the first, or the likeliest"
    )

    async def __call__(self, run: Run) -> None:
        calls = () if self.utility == "edit" else await self._calls(run)
        drawn = await drafts(
            run,
            self.n,
            self.temperature,
            logprobs=self.ties == "logprob",
            top_p=self.top_p or None,
        )
        pool = select.eligible(drawn, self.pool)
        if not pool:
            return
        if self.utility == "edit":
            groups, utility = select.same_text(pool), self._alike(pool)
        else:
            if self.source != "generated":
                told = await proposed_for(run, pool, self.doubts, self.temperature)
                calls = tuple(dict.fromkeys((*calls, *told)))
            rows = await executing.rows(run, pool, calls)
            groups, utility = behaviour.classes(rows), self._agree(rows)
        sums = utilities(groups, utility)
        best = [pool[place] for place in greatest(groups, sums)]
        means = [total / len(pool) for total in sums]
        why = choosing.voted(f"expected utility: {self.utility}", pool, groups, {"utility": means})
        run.choose(self._of_equal(best, run.problem.entry_point), why)

    async def _calls(self, run: Run) -> tuple[str, ...]:
        """Those that are there before the model is asked; without it there must be some."""
        if self.source == "generated":
            return await executing.some_calls(run, self.inputs, self.generator)
        number = 0 if self.source == "model" else self.inputs
        return await executing.calls(run, number, self.generator)

    def _alike(self, pool: Sequence[Attempt]) -> Utility:
        return lambda a, b: similarity(pool[a].candidate.code, pool[b].candidate.code)

    def _agree(self, rows: Sequence[behaviour.Row]) -> Utility:
        if self.utility == "agreement":
            return lambda a, b: behaviour.agreement(rows[a], rows[b])
        # Each place stands for its class: two that differ somewhere are of two classes.
        return lambda a, b: float(a == b and any(seen.ran for seen in rows[a]))

    def _of_equal(self, attempts: Sequence[Attempt], name: str) -> Attempt:
        if self.ties == "first":
            return attempts[0]
        return max(attempts, key=lambda attempt: likelihood.code_mean(attempt, name))
