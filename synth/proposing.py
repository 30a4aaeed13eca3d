"""Inputs that the model proposes: calls on which it thinks that programs differ (S*)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from synthd.synth import prompts, select
from synthd.synth.attempt import Attempt
from synthd.synth.concurrently import concurrently
from synthd.synth.inputs.answers import calls_in
from synthd.synth.run import Ask, Run

CALLS = 256  # tokens of an answer that lists calls


async def proposed(run: Run, left: Attempt, right: Attempt, temperature: float) -> tuple[str, ...]:
    """Calls on which the two may differ; () where nothing of the budget is left to ask."""
    prompt = prompts.ask_inputs(run.problem, left, right)
    node = f"{left.candidate.node}|{right.candidate.node}|inputs"
    told = await run.sample(
        Ask(prompt, temperature, node, "inputs", parent=left, closing=True, most=CALLS)
    )
    return calls_in(told.text, run.problem) if told else ()


async def proposed_for(
    run: Run, attempts: Sequence[Attempt], doubts: int, temperature: float
) -> tuple[str, ...]:
    """Calls on which the first may differ from others, at most `doubts` of them; each once."""
    first, *others = select.distinct(attempts)
    told = await concurrently(proposed(run, first, other, temperature) for other in others[:doubts])
    return tuple(dict.fromkeys(chain.from_iterable(told)))
