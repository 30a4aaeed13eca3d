"""SEIDR's two questions about a program that fails: what is wrong, and the mended program."""

from __future__ import annotations

from synthd.synth.attempt import Attempt
from synthd.synth.ports import Prompt
from synthd.synth.problem import Problem
from synthd.synth.prompts.begun import begin
from synthd.synth.prompts.words import conversation, corrected, shown


def explain(problem: Problem, attempt: Attempt, issue: str) -> Prompt:
    """Ask what is wrong with a program, in words."""
    ask = (
        f"{shown(problem, attempt)}\n\nThe issue: {issue}\n\n"
        "Describe very briefly, in one or two sentences, what is wrong and how to fix it. "
        "Do not write code."
    )
    return conversation(problem, ask)


def repair(problem: Problem, attempt: Attempt, issue: str, instruction: str) -> Prompt:
    """Ask for a corrected program, following an instruction."""
    ask = (
        f"{shown(problem, attempt)}\n\nThe issue: {issue}\n\nHow to fix it: {instruction}\n\n"
        f"{corrected(problem)}"
    )
    return begin(problem, conversation(problem, ask))
