"""What several methods begin with: independent samples of one prompt."""

from __future__ import annotations

from synthd.synth import prompts
from synthd.synth.attempt import Attempt
from synthd.synth.run import Ask, Run


async def drafts(
    run: Run,
    n: int,
    temperature: float,
    *,
    logprobs: bool = False,
    top_p: float | None = None,
) -> list[Attempt]:
    """n programs at one temperature, each judged as it arrives; in the order they were asked for,
    whichever came first. Fewer where the budget ends. Where there is a program to begin from, each
    is one in its place."""
    prompt = prompts.opening(run.problem, run.start)
    return await run.attempts(
        Ask(
            prompt,
            temperature,
            f"draft.{place}",
            "draft",
            (0, place),
            run.start,
            logprobs=logprobs,
            top_p=top_p,
        )
        for place in range(n)
    )
