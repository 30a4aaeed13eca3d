"""Multi-turn best-of-n (μCode): in each turn one of n programs is selected and told what it gave.

Jain, Gonzalez-Pumariega, Chen, Rush, Zhao, Choudhury: "Multi-Turn Code Generation Through
Single-Step Rewards", ICML 2025 (arXiv 2502.20380), its search at test time.

The conversation goes on from the selected program alone; the first turn whose selected program
passes the visible checks ends it. random: any of the n. pt: one that passes. lv: the one that the
learned verifier values most. pt+lv: that one among those that pass. Where none passes, the paper's
one public test says no more; with several, the fraction that passes decides (partial).

With pt nothing that comes after a program that passes can matter, so it ends the turn at once;
the others wait for all n, and their last selected program is the result, right or wrong, also
where another one passed. The paper averages ten such searches: those are seeds here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from synthd.synth import choosing, prompts, select
from synthd.synth.attempt import Attempt
from synthd.synth.choosing import Reason
from synthd.synth.concurrently import concurrently
from synthd.synth.feedback import Level
from synthd.synth.learned import learned
from synthd.synth.parameter import parameter
from synthd.synth.run import Ask, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiTurn:
    n: int = parameter(5, "programs drawn in each turn")
    turns: int = parameter(3, "turns of the conversation")
    temperature: float = parameter(0.7, "sampling temperature of all")
    top_p: float = parameter(
        0.0, "share of the likeliest tokens; 0: the backend's own (the paper: 1)", most=1
    )
    selector: Literal["random", "pt", "lv", "pt+lv"] = parameter(
        "pt", "who is selected: by chance, visible checks, learned verifier"
    )
    partial: bool = parameter(True, "pt: the fraction of checks, not only whether all pass")
    feedback: Level = parameter("first-failing", "what is told about a failing program")

    @property
    def collects(self) -> bool:
        return self.selector != "pt"

    @property
    def estimates(self) -> bool:
        return "lv" in self.selector

    async def __call__(self, run: Run) -> None:
        if self.estimates:
            learned(run)
        selected = run.start
        why = Reason()
        for turn in range(self.turns):
            tried = await run.attempts(self._asks(run, selected, turn))
            if not tried:
                break
            values = await self._values(run, tried)
            selected = self.pick(tried, values, run.random("select", str(turn)))
            why = self._why(tried, values, turn)
            if select.passes(selected):
                break
        if selected is not None and self.collects:
            run.choose(selected, why)

    def _asks(self, run: Run, selected: Attempt | None, turn: int) -> list[Ask]:
        if selected is None:
            prompt, root, purpose = prompts.draft(run.problem), "draft", "draft"
        else:
            prompt = prompts.multi_turn(run.problem, selected, self.feedback)
            root, purpose = f"{selected.candidate.node}/turn.{turn}", "revise"
        return [
            Ask(
                prompt,
                self.temperature,
                f"{root}.{i}",
                purpose,
                (turn, i),
                selected,
                top_p=self.top_p or None,
            )
            for i in range(self.n)
        ]

    async def _values(self, run: Run, tried: Sequence[Attempt]) -> list[float]:
        """What the learned verifier says; nothing where it is not asked."""
        if not self.estimates:
            return [0.0] * len(tried)
        estimator = learned(run)
        return await concurrently(estimator.estimate(run.problem, a.candidate) for a in tried)

    def _why(self, tried: Sequence[Attempt], values: Sequence[float], turn: int) -> Reason:
        figures = {"estimate": values} if "lv" in self.selector else {}
        return choosing.alone(f"selector {self.selector} in turn {turn + 1}", tried, figures)

    def pick(self, tried: Sequence[Attempt], values: Sequence[float], random: Random) -> Attempt:
        """Of equal ones the first."""
        if self.selector == "random":
            return random.choice(tried)

        def worth(place: int) -> tuple[bool, float, float]:
            attempt = tried[place]
            if self.selector == "lv":
                return False, 0.0, values[place]
            part = attempt.score if self.partial else 0.0
            return select.passes(attempt), part, values[place]

        return tried[max(range(len(tried)), key=worth)]
