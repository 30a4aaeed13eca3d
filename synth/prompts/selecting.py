"""Questions about programs that all pass: on which inputs they differ, and which one is right."""

from __future__ import annotations

import re
from typing import Literal

from synthd.synth.attempt import Attempt
from synthd.synth.feedback import short
from synthd.synth.observation import Observation
from synthd.synth.ports import Prompt
from synthd.synth.problem import Problem
from synthd.synth.prompts.words import conversation, named, shown

Choice = Literal["A", "B"]
_LETTER = re.compile(r"\b([AB])\b")


def ask_inputs(problem: Problem, left: Attempt, right: Attempt, number: int = 5) -> Prompt:
    """Ask for calls on which two programs give different results (S*); read them with
    `synthd.synth.inputs.answers.calls_in`."""
    ask = (
        f"{shown(problem, left, 'Program A')}\n\n{shown(problem, right, 'Program B')}\n\n"
        f"Write {number} calls of {named(problem)} with inputs that its description allows and on "
        "which the two programs give different results. Answer with one code block that holds "
        "one call a line, without results and without comments."
    )
    if problem.signature:  # of another language, or of a program that reads its input
        ask += f" Write them in Python, as calls of `{problem.signature}`."
    return conversation(problem, ask)


def ask_which(
    problem: Problem, left: Attempt, right: Attempt, seen: tuple[Observation, Observation]
) -> Prompt:
    """Ask which of two programs is right, given what both did on one call (S*)."""
    first, second = seen
    ask = (
        f"{shown(problem, left, 'Program A')}\n\n{shown(problem, right, 'Program B')}\n\n"
        f"They were executed: `{short(first.call)}` {_told(first)} in program A and "
        f"{_told(second)} in program B. Which program does what the description asks for? "
        "Answer with the letter A or B alone."
    )
    return conversation(problem, ask)


def choice(text: str) -> Choice | None:
    """The letter in an answer to `ask_which`: the last one, as some models think aloud."""
    found = _LETTER.findall(text)
    return found[-1] if found else None


def _told(seen: Observation) -> str:
    if seen.ran:
        return f"gives {short(seen.shown)}"
    return f"fails ({short(seen.shown) or seen.happened})"
