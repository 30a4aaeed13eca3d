"""Questions about an earlier program whose conversation may have outgrown the model's context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from synthd.synth.attempt import Attempt
from synthd.synth.ports import Prompt
from synthd.synth.run import Ask, Run


async def attempt_or_shorter(
    run: Run, ask: Ask, shorter: Callable[[Attempt], Prompt]
) -> Attempt | None:
    """As Run.attempt. Where the question has no room, the shorter one about the same program is
    asked instead, once."""
    attempt = await run.attempt(ask)
    if attempt is not None or ask.parent is None or run.ledger.exhausted:
        return attempt
    prompt = shorter(ask.parent)
    return None if prompt == ask.prompt else await run.attempt(replace(ask, prompt=prompt))
