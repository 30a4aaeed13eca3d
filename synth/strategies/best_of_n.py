"""Best-of-n, first to pass: independent samples, each judged as it arrives."""

from __future__ import annotations

from dataclasses import dataclass, field

from synthd.synth import prompts
from synthd.synth.run import Ask, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOfN:
    n: int = field(default=16, metadata={"meaning": "programs drawn"})
    temperature: float = field(default=0.8, metadata={"meaning": "sampling temperature of all"})

    async def __call__(self, run: Run) -> None:
        prompt = prompts.draft(run.problem)
        await run.attempts(
            Ask(prompt, self.temperature, f"draft.{place}", "draft", (0, place))
            for place in range(self.n)
        )
