"""REx: which program to refine next is a bandit's choice, made by Thompson sampling.

Tang, Hu, Zhou, Zhong, Zheng, Si, Ellis: "Code Repair with LLMs gives an Exploration-Exploitation
Tradeoff", NeurIPS 2024 (arXiv 2405.17503).

Every program is an arm, and so is the empty program, whose refinement is a draft. To pull an arm is
to ask for one refinement of it, given a failing check. Every arm draws from
Beta(1 + C·h, 1 + C·(1 - h) + N), h the fraction of checks it passes, N how often it was refined;
the largest draw is pulled. Exploitation is in h, exploration in N. With more than one slot as many
arms are pulled at once, those in flight counted in N.

The paper counts the empty program as h = 0, its code gives it the uniform prior without C, so that
it drafts far more (root=uniform). C is 20 in most of the paper's domains (the code's default: 5).
As in the code, a program that is there already is no further arm, nor is an answer without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Literal

from synthd.synth import prompts
from synthd.synth.attempt import Attempt
from synthd.synth.concurrently import concurrently
from synthd.synth.feedback import Level
from synthd.synth.parameter import parameter
from synthd.synth.run import Ask, Run


@dataclass(slots=True)
class Arm:
    """A program and how often it was refined; None is the empty program."""

    program: Attempt | None
    refined: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rex:
    c: float = parameter(20.0, "how much the fraction of checks weighs")
    temperature: float = parameter(1.0, "sampling temperature of all")
    feedback: Level = parameter("first-failing", "what is told about a failing program")
    root: Literal["empty", "uniform"] = parameter(
        "empty", "prior of drafting: h = 0, or C = 0 (the code's)"
    )

    async def __call__(self, run: Run) -> None:
        arms, numbers = [Arm(None)], count()
        if run.start is not None and run.start.candidate.code:
            arms.append(Arm(run.start))

        async def pull() -> None:
            for number in numbers:
                kept = [arm for arm in arms if not run.refuses(arm.program)]
                arm = self.choose(kept, run.random("arm", str(number)))
                arm.refined += 1
                child = await run.attempt(self._refinement(run, arm.program, number))
                # None is also a prompt that was too long, which costs this pull alone.
                if child is None and run.ledger.exhausted:
                    return
                if child is not None and child.candidate.code and not _known(child, arms):
                    arms.append(Arm(child))

        await concurrently(pull() for _ in range(run.slots))

    def choose(self, arms: list[Arm], random: Random) -> Arm:
        return max(arms, key=lambda arm: random.betavariate(*self.posterior(arm)))

    def posterior(self, arm: Arm) -> tuple[float, float]:
        """The parameters of the Beta distribution of the arm's chance to give a right program."""
        if arm.program is None and self.root == "uniform":
            return 1.0, 1.0 + arm.refined
        heuristic = arm.program.score if arm.program else 0.0
        return 1 + self.c * heuristic, 1 + self.c * (1 - heuristic) + arm.refined

    def _refinement(self, run: Run, parent: Attempt | None, number: int) -> Ask:
        if parent is None:
            prompt, node = prompts.draft(run.problem), f"draft.{number}"
            return Ask(prompt, self.temperature, node, "draft", (number,))
        prompt = prompts.refine(run.problem, parent, self.feedback)
        node = f"{parent.candidate.node}/refine.{number}"
        return Ask(prompt, self.temperature, node, "refine", (number,), parent)


def _known(child: Attempt, arms: list[Arm]) -> bool:
    return any(arm.program and arm.program.candidate.code == child.candidate.code for arm in arms)
