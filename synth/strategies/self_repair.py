"""Self-repair: chains of programs, each asked to explain and mend the error of the one before.

Olausson, Inala, Wang, Gao, Solar-Lezama: "Is Self-Repair a Silver Bullet for Code Generation?",
ICLR 2024 (arXiv 2306.09896); the chain is that of the NeurIPS 2024 tutorial on meta-generation.

y0 is drawn from the task; y_t from the task, y_(t-1) and what was wrong with it. Explanation and
program are one completion. Chains do not know of each other, and all advance together: the
budget's end cuts the last rounds, not the last chains. The paper has many drafts, one round, and
0.8 as the temperature; the tutorial 0.7. Both show the last program alone (history=last), tell of
the first error (feedback=first-failing), and go on from what came last, better or worse
(keep_best=false).
"""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth import prompts
from synthd.synth.attempt import Attempt
from synthd.synth.concurrently import concurrently
from synthd.synth.feedback import Level
from synthd.synth.parameter import parameter
from synthd.synth.prompts.turns import History
from synthd.synth.run import Ask, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfRepair:
    chains: int = parameter(10, "first programs, each repaired by itself")
    rounds: int = parameter(1, "repairs of each chain")
    temperature: float = parameter(0.8, "sampling temperature of all")
    feedback: Level = parameter("first-failing", "what is told about a failing program")
    history: History = parameter("last", "programs shown: the last, or the chain's")
    keep_best: bool = parameter(False, "a repair that passes fewer checks is not built upon")

    async def __call__(self, run: Run) -> None:
        await concurrently(self._chain(run, place) for place in range(self.chains))

    async def _chain(self, run: Run, place: int) -> None:
        node, current = f"{run.start.candidate.node if run.start else 'draft'}.{place}", run.start
        if current is None:
            first = prompts.draft(run.problem)
            current = await run.attempt(Ask(first, self.temperature, node, "draft", (0, place)))
        for number in range(1, self.rounds + 1):
            if current is None:
                return
            node = f"{node}/repair.{number}"
            repaired = await run.attempt(self._repair(run, current, node, (number, place)))
            if repaired is None or not self.keep_best or repaired.score >= current.score:
                current = repaired

    def _repair(self, run: Run, last: Attempt, node: str, turn: tuple[int, int]) -> Ask:
        prompt = prompts.self_repair(run.problem, last, self.feedback, self.history)
        return Ask(prompt, self.temperature, node, "repair", turn, last)
