"""Which of two programs the model finds right, given what both did on one input (S*)."""

from __future__ import annotations

from synthd.synth import prompts
from synthd.synth.attempt import Attempt
from synthd.synth.observation import Observation
from synthd.synth.run import Ask, Run

LETTER = 64  # tokens of an answer that is a letter, with room to think aloud


async def preferred(
    run: Run, pair: tuple[Attempt, Attempt], seen: tuple[Observation, Observation]
) -> int | None:
    """0 or 1, whose output is right; None without an answer."""
    node = f"{pair[0].candidate.node}|{pair[1].candidate.node}|{seen[0].call}"
    # Models prefer a letter: the order of the two must not decide.
    a, b = run.random("duel", node).sample((0, 1), 2)
    prompt = prompts.ask_which(run.problem, pair[a], pair[b], (seen[a], seen[b]))
    told = await run.sample(
        Ask(prompt, 0.0, node, "choose", parent=pair[0], closing=True, most=LETTER)
    )
    letter = prompts.choice(told.text) if told else None
    return {"A": a, "B": b, None: None}[letter]
