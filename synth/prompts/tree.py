"""Treefinement's question: the conversation of one node, which grows by a turn for each level.

For proofs as the reference has it: the root of a conversation shows a program with its errors and
asks for thoughts before the corrected one; what was answered since, and what came of it, follows.
For tests the conversation is that of the drafts.
"""

from __future__ import annotations

from synthd.synth.attempt import Attempt
from synthd.synth.feedback import Level
from synthd.synth.ports import Message, Prompt
from synthd.synth.problem import Problem
from synthd.synth.prompts.refining import refine
from synthd.synth.prompts.turns import History, answer, multi_turn, recent
from synthd.synth.prompts.words import conversation, corrected, proving, shown, told

LAYOUT = (
    "Before the code, write in a few short sentences your thoughts on the error, on how to "
    "resolve it, and on corner cases such as overflow."
)


def refinement(problem: Problem, attempt: Attempt, level: Level, history: History) -> Prompt:
    """Ask for the corrected program, given the attempt and, with a full history, all answers that
    led to it. Where these are too long the conversation begins with a later program."""
    if not proving(problem):
        ask = multi_turn if history == "full" else refine
        return ask(problem, attempt, level)
    first, *later = recent(attempt) if history == "full" else [attempt]
    messages = list(_root(problem, first, level))
    for each in later:
        again = f"Your answer gives these errors:\n{told(problem, each, level)}"
        form = f"In the same form as before, fix them all. {corrected(problem)}"
        messages += [answer(problem, each), Message("user", f"{again}\n\n{form}")]
    return tuple(messages)


def _root(problem: Problem, attempt: Attempt, level: Level) -> Prompt:
    said = told(problem, attempt, level)
    errors = f"What Verus says:\n{said}\n\n" if said else ""
    ask = f"{shown(problem, attempt)}\n\n{errors}{LAYOUT} {corrected(problem)}"
    return conversation(problem, ask)
