"""S*: parallel samples, each debugged; then the winner of duels on inputs that tell programs apart.

Li, Cao, Cao, Li, Tan, Keutzer, Xing, Gonzalez, Stoica: "S*: Test Time Scaling for Code Generation",
2025 (arXiv 2502.14382).

Stage 1: n samples, each repaired for up to R rounds with what its visible checks came to, and
frozen once it passes. Stage 2, among those that pass: programs that do the same on all inputs are
one class; for each pair of classes both are executed on inputs that tell them apart, and the model
says which of the outputs is right; the class that wins most duels wins.

In the paper all inputs are the model's, those of the classes and those of each duel (source=model;
here it is asked about pairs of programs for both). Ours are generated from types and examples, and
the model is asked where these show no difference. The paper shows all inputs of a duel in one
question; here each is one question, at temperature 0, with the programs in random order. The paper
returns a random program of the class, ours the first; ties go to the larger class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal

from synthd.synth import behaviour, choosing, executing, prompts, select
from synthd.synth.attempt import Attempt
from synthd.synth.choosing import Reason
from synthd.synth.concurrently import concurrently
from synthd.synth.feedback import Level
from synthd.synth.inputs.generate import Generator
from synthd.synth.parameter import parameter
from synthd.synth.preferring import preferred
from synthd.synth.proposing import proposed, proposed_for
from synthd.synth.run import Ask, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class SStar:
    collects: ClassVar[bool] = True
    n: int = parameter(16, "programs drawn")
    rounds: int = parameter(3, "repairs of each that does not pass")
    temperature: float = parameter(0.7, "of samples and of repairs")
    feedback: Level = parameter("all", "what a repair is told of the visible checks")
    source: Literal["both", "generated", "model"] = parameter(
        "both", "whose inputs tell programs apart (the paper: model)"
    )
    inputs: int = parameter(24, "calls that are generated")
    generator: Generator = parameter(
        "own", "what generates them: a generator of ours, Hypothesis, or half of each"
    )
    doubts: int = parameter(
        3, "programs of which the model is asked how they differ from the first"
    )
    evidence: int = parameter(3, "inputs of a duel, each a question which output is right")

    async def __call__(self, run: Run) -> None:
        calls = await executing.calls(run, self.inputs, self.generator)
        ends = await concurrently(self._chain(run, place) for place in range(self.n))
        passing = [end for end in ends if end is not None and select.passes(end)]
        if passing:
            known = () if self.source == "model" else calls
            run.choose(*await self._select(run, passing, known))

    async def _chain(self, run: Run, place: int) -> Attempt | None:
        """One sample and its repairs. A round's turn comes when all have had the one before."""
        first, node = prompts.opening(run.problem, run.start), f"draft.{place}"
        draft = Ask(first, self.temperature, node, "draft", (0, place), run.start)
        attempt = await run.attempt(draft)
        for turn in range(1, self.rounds + 1):
            if attempt is None or select.passes(attempt):
                break
            prompt = prompts.refine(run.problem, attempt, self.feedback)
            node = f"{attempt.candidate.node}/repair.{turn}"
            attempt = await run.attempt(
                Ask(prompt, self.temperature, node, "repair", (turn, place), attempt)
            )
        return attempt

    async def _select(
        self, run: Run, passing: Sequence[Attempt], calls: tuple[str, ...]
    ) -> tuple[Attempt, Reason]:
        groups = behaviour.classes(await executing.rows(run, passing, calls))
        if len(groups) == 1 and self.source != "generated":
            told = await proposed_for(run, passing, self.doubts, self.temperature)
            calls = (*calls, *told)
            groups = behaviour.classes(await executing.rows(run, passing, calls))
        rivals = [passing[group[0]] for group in groups]
        won = await concurrently(
            self._duel(run, left, right, calls) for left, right in combinations(rivals, 2)
        )
        wins = Counter(winner.candidate.node for winner in won if winner is not None)
        duels = {"duels won": [wins[rival.candidate.node] for rival in rivals]}
        by = "duels of classes of behaviour" if len(rivals) > 1 else "all behave the same"
        why = choosing.voted(by, passing, groups, duels)
        return max(rivals, key=lambda rival: wins[rival.candidate.node]), why

    async def _duel(
        self, run: Run, left: Attempt, right: Attempt, calls: tuple[str, ...]
    ) -> Attempt | None:
        """The one whose outputs the model finds right more often; None for neither."""
        if self.source == "model":
            calls = (*await proposed(run, left, right, self.temperature), *calls)
        rows = await executing.rows(run, [left, right], calls)
        places = behaviour.distinguishing(rows)[: self.evidence]
        votes = await concurrently(
            preferred(run, (left, right), (rows[0][at], rows[1][at])) for at in places
        )
        balance = votes.count(0) - votes.count(1)
        return (left if balance > 0 else right) if balance else None
