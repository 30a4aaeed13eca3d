"""Self-consistency: the answer that most independent samples give.

Wang, Wei, Schuurmans, Le, Chi, Narang, Chowdhery, Zhou: "Self-Consistency Improves Chain of Thought
Reasoning in Language Models", ICLR 2023 (arXiv 2203.11171); for code as a baseline of FTTT (Li et
al. 2025).

The reference takes the plurality of identical program texts (by=text), of 32 samples at 0.6 and
top-p 0.95, and lets samples without a program lose to any other. Texts of programs hardly ever are
the same: ours votes by behaviour, what programs do on the examples' calls and on generated ones.
A program that gives no value on any of them has no vote. The reference counts all samples
(pool=all); ours leaves those out that fail visible checks where any passes. Ties go to the group
that was there first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from synthd.synth import behaviour, choosing, executing, select
from synthd.synth.attempt import Attempt
from synthd.synth.inputs.generate import Generator
from synthd.synth.parameter import parameter
from synthd.synth.run import Run
from synthd.synth.strategies.drafting import drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfConsistency:
    collects: ClassVar[bool] = True
    n: int = parameter(16, "programs drawn")
    temperature: float = parameter(0.8, "sampling temperature of all")
    top_p: float = parameter(
        0.0, "share of the likeliest tokens; 0: the backend's own (the paper: 0.95)", most=1
    )
    by: Literal["behaviour", "text"] = parameter(
        "behaviour", "what makes two programs the same answer"
    )
    inputs: int = parameter(24, "generated calls besides the examples', for behaviour")
    generator: Generator = parameter(
        "own", "what generates them: a generator of ours, Hypothesis, or half of each"
    )
    pool: select.Pool = parameter(
        "passing", "who votes: where any sample passes only such, or all (the paper)"
    )

    async def __call__(self, run: Run) -> None:
        calls: tuple[str, ...] = ()
        if self.by == "behaviour":
            calls = await executing.some_calls(run, self.inputs, self.generator)
        drawn = await drafts(run, self.n, self.temperature, top_p=self.top_p or None)
        voters = select.eligible(drawn, self.pool)
        if not voters:
            return
        if self.by == "text":
            groups = select.same_text(voters)
        else:
            groups = await self._behaving(run, voters, calls)
        why = choosing.voted(f"votes by {self.by}", voters, groups, {})
        run.choose(voters[groups[0][0]], why)

    async def _behaving(
        self, run: Run, voters: Sequence[Attempt], calls: Sequence[str]
    ) -> list[list[int]]:
        """Classes of equal behaviour, those that never gave a value after all others."""
        rows = await executing.rows(run, voters, calls)
        groups = behaviour.classes(rows)
        return sorted(groups, key=lambda group: not any(seen.ran for seen in rows[group[0]]))
