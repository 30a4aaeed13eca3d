"""Self-Refine: the model is told that its answer has an error, looks for it and answers again.

Madaan et al.: "Self-Refine: Iterative Refinement with Self-Feedback", NeurIPS 2023 (arXiv
2303.17651), as the baseline of FTTT (arXiv 2502.15771, prelim/).

No check is ever told: the feedback is the model's own, and only the last answer is shown. FTTT
finds the error and rewrites in one answer (critique=false); Madaan et al. ask for the critique
first. There the first answer is not judged, so that n refinements are n + 1 programs, and the
held-out tests end it (oracle=true). Here all n programs are judged, the first among them, and
the visible checks end it. Where nothing visible can be passed, the last answer is the result, and
a critique that finds nothing wrong ends it, as in Madaan et al.
"""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth import prompts
from synthd.synth.attempt import Attempt
from synthd.synth.choosing import Reason
from synthd.synth.parameter import parameter
from synthd.synth.ports import Prompt, blind
from synthd.synth.prompts.answers import approves
from synthd.synth.run import Ask, Run

# Tokens of an answer that is asked for in a few sentences.
CRITIQUE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfRefine:
    n: int = parameter(32, "programs, the first draft included")
    temperature: float = parameter(0.6, "sampling temperature of all")
    top_p: float = parameter(
        0.0, "share of the likeliest tokens; 0: the backend's own (FTTT: 0.95)", most=1
    )
    critique: bool = parameter(False, "the error is looked for in an answer of its own")
    oracle: bool = parameter(False, "held-out tests stop it (FTTT: on; benchmarks)")

    async def __call__(self, run: Run) -> None:
        last = run.start
        if last is None:
            last = await run.attempt(self._ask(prompts.draft(run.problem), "draft.0", "draft"))
        answered = last
        for turn in range(1, self.n):
            prompt = await self._prompt(run, last, turn) if last else None
            if last is None or prompt is None:
                break
            node = f"refine.{turn}"
            last = await run.attempt(self._ask(prompt, node, "refine", last))
            if last is not None and last.candidate.code:
                answered = last
        if answered is not None and answered.candidate.code and blind(run.verifier):
            run.choose(answered, Reason("the last answer, or the one that the critique left"))

    async def _prompt(self, run: Run, last: Attempt, turn: int) -> Prompt | None:
        if not self.critique:
            return prompts.reconsider(run.problem, last)
        review = prompts.criticize(run.problem, last)
        node = f"criticize.{turn}"
        told = await run.sample(self._ask(review, node, "criticize", last, CRITIQUE))
        if told is None or (blind(run.verifier) and approves(told.text)):
            return None
        return prompts.improve(run.problem, last, told.text.strip())

    def _ask(
        self,
        prompt: Prompt,
        node: str,
        purpose: str,
        parent: Attempt | None = None,
        most: int | None = None,
    ) -> Ask:
        heat, top_p = self.temperature, self.top_p or None
        return Ask(prompt, heat, node, purpose, parent=parent, most=most, top_p=top_p)
