"""Conversations: what was answered stays in the prompt, and what came of it follows.

They begin with the very prompt of a draft, so that all turns of a chain share one prefix.
"""

from __future__ import annotations

from typing import Literal

from synthd.synth.attempt import Attempt
from synthd.synth.feedback import Level
from synthd.synth.ports import Message, Prompt
from synthd.synth.problem import Problem
from synthd.synth.prompts.begun import begin, unbegun
from synthd.synth.prompts.drafting import draft
from synthd.synth.prompts.words import corrected, fence, told

History = Literal["last", "full"]

# Beyond this a chain's oldest programs are forgotten: the task must stay in the context window.
LONGEST_HISTORY = 6000

AGAIN = "Your answer is incorrect. Please try again."


def multi_turn(problem: Problem, attempt: Attempt, level: Level = "first-failing") -> Prompt:
    """The dialogue that led to the attempt, and the feedback to each of its programs (μCode)."""
    messages = list(unbegun(draft(problem)))
    for each in recent(attempt):
        said = told(problem, each, level) or AGAIN
        messages.append(answer(problem, each))
        messages.append(Message("user", f"Feedback: {said}\n\n{corrected(problem)}"))
    return begin(problem, tuple(messages))


def revise(problem: Problem, attempt: Attempt) -> Prompt:
    """One dialogue in which every answer is only called incorrect."""
    messages = list(unbegun(draft(problem)))
    for each in recent(attempt):
        messages += [answer(problem, each), Message("user", AGAIN)]
    return begin(problem, tuple(messages))


def recent(attempt: Attempt) -> list[Attempt]:
    """The attempt after its ancestors, oldest first; no older ones than there is room for."""
    kept: list[Attempt] = []
    room = LONGEST_HISTORY
    for each in attempt.lineage():
        room -= len(each.candidate.completion)
        if kept and room < 0:
            break
        kept.append(each)
    return kept[::-1]


def answer(problem: Problem, attempt: Attempt) -> Message:
    """What was answered; of a program that nobody drew, the program."""
    said = attempt.candidate.completion.strip()
    if not said and attempt.candidate.code:
        said = fence(problem, attempt.candidate.code)
    return Message("assistant", said or "(nothing)")
