"""Revision: one conversation in which every answer is called incorrect until one is right.

The sequential baseline of Li, Wang et al.: "Learning to Reason from Feedback at Test-Time" (FTTT),
ACL 2025 (arXiv 2502.15771), prelim/.

Greedy, so that only the growing conversation makes the answers differ. There the held-out tests
end it (oracle=true); here the visible checks do, unless a benchmark asks. What has no room in
the context is forgotten, oldest first (there: an attention window with sinks). Where nothing
visible can be passed, the last answer is the result.
"""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth import prompts
from synthd.synth.attempt import Attempt
from synthd.synth.choosing import Reason
from synthd.synth.parameter import parameter
from synthd.synth.ports import blind
from synthd.synth.run import Ask, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    n: int = parameter(32, "answers of the conversation")
    temperature: float = parameter(0.0, "sampling temperature of all")
    oracle: bool = parameter(False, "held-out tests stop it (the paper: on; benchmarks)")

    async def __call__(self, run: Run) -> None:
        last = answered = run.start
        for turn in range(self.n):
            last = await run.attempt(self._ask(run, last, turn))
            if last is None:
                break
            if last.candidate.code:
                answered = last
        if answered is not None and blind(run.verifier):
            run.choose(answered, Reason("the last answer of the conversation"))

    def _ask(self, run: Run, last: Attempt | None, turn: int) -> Ask:
        if last is None:
            return Ask(prompts.draft(run.problem), self.temperature, "draft.0", "draft")
        prompt = prompts.revise(run.problem, last)
        return Ask(prompt, self.temperature, f"revise.{turn}", "revise", parent=last)
