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

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import ClassVar, Literal

from synthd.synth import behaviour, choosing, executing, likelihood, select
from synthd.synth.attempt import Attempt
from synthd.synth.proposing import proposed_for
from synthd.synth.run import Run
from synthd.synth.similarity import similarity
from synthd.synth.strategies.drafting import drafts

# How much the samples at two places agree, 0 to 1.
Utility = Callable[[int, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mbr:
    collects: ClassVar[bool] = True
    n: int = field(default=16, metadata={"meaning": "programs drawn"})
    temperature: float = field(default=0.8, metadata={"meaning": "sampling temperature of all"})
    top_p: float = field(
        default=0.0,
        metadata={
            "meaning": "share of the likeliest tokens; 0: the backend's own (the paper: 0.95)",
            "most": 1,
        },
    )
    utility: Literal["agreement", "equality", "edit"] = field(
        default="agreement",
        metadata={"meaning": "executed: calls that agree, all calls or none; or text that does"},
    )
    inputs: int = field(
        default=24, metadata={"meaning": "generated calls besides the examples' (the paper: 0)"}
    )
    source: Literal["generated", "model", "both"] = field(
        default="generated",
        metadata={"meaning": "whose calls there are besides the examples' (model: it is asked)"},
    )
    doubts: int = field(
        default=3,
        metadata={"meaning": "samples of which the model is asked how they differ from the first"},
    )
    pool: select.Pool = field(
        default="passing",
        metadata={"meaning": "samples that count: where any passes only those, or all (the paper)"},
    )
    ties: Literal["first", "logprob"] = field(
        default="first", metadata={"meaning": "of equal samples: the first, or the likeliest"}
    )

    async def __call__(self, run: Run) -> None:
        calls = () if self.utility == "edit" else self._calls(run)
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

    def _calls(self, run: Run) -> tuple[str, ...]:
        """Those that are there before the model is asked; without it there must be some."""
        if self.source == "generated":
            return executing.some_calls(run, self.inputs)
        return executing.calls(run, 0 if self.source == "model" else self.inputs)

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


def least_risk(groups: Sequence[Sequence[int]], utility: Utility) -> list[int]:
    """The places of all samples with the greatest expected utility, in order.

    groups: samples that are the same to the utility.
    """
    return greatest(groups, utilities(groups, utility))


def utilities(groups: Sequence[Sequence[int]], utility: Utility) -> list[float]:
    """For each group the sum over all samples, itself included: a group weighs as much as it has
    members."""
    alike: dict[tuple[int, int], float] = {}  # symmetric: half of it is computed
    for a, b in combinations_with_replacement(range(len(groups)), 2):
        alike[a, b] = alike[b, a] = utility(groups[a][0], groups[b][0])
    # fsum does not depend on the order of its terms: equal sums come out equal.
    return [
        math.fsum(len(other) * alike[a, b] for b, other in enumerate(groups))
        for a in range(len(groups))
    ]


def greatest(groups: Sequence[Sequence[int]], values: Sequence[float]) -> list[int]:
    """The places of all members of the groups with the greatest value, in order."""
    most = max(values)
    return sorted(
        place for group, v in zip(groups, values, strict=True) if v == most for place in group
    )
