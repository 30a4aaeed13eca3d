"""One question for a better program, given one that there is."""

from __future__ import annotations

from synthd.synth.attempt import Attempt
from synthd.synth.feedback import Level
from synthd.synth.ports import Prompt
from synthd.synth.problem import Problem
from synthd.synth.prompts import answers
from synthd.synth.prompts.begun import begin
from synthd.synth.prompts.drafting import draft
from synthd.synth.prompts.turns import History, recent
from synthd.synth.prompts.words import conversation, corrected, shown, told


def refine(problem: Problem, attempt: Attempt, level: Level = "first-failing") -> Prompt:
    """Ask for the corrected program at once (REx, Treefinement)."""
    said = told(problem, attempt, level)
    issue = f"The issue: {said}\n\n" if said else ""
    ask = f"{shown(problem, attempt)}\n\n{issue}{corrected(problem)}"
    return begin(problem, conversation(problem, ask))


def opening(problem: Problem, start: Attempt | None) -> Prompt:
    """The first question of a method that knows no repairs: for a program, or, where there is one
    to begin from, for a better one in its place."""
    return draft(problem) if start is None else refine(problem, start)


def self_repair(
    problem: Problem, attempt: Attempt, level: Level = "first-failing", history: History = "last"
) -> Prompt:
    """Ask for a short explanation and then the mended program (Olausson et al. 2024).

    history: the last program and its error alone, or all programs of its chain, oldest first.
    """
    chain = [attempt] if history == "last" else recent(attempt)
    parts = []
    for each in chain:
        parts.append(shown(problem, each, "An incorrect program"))
        if said := told(problem, each, level):
            parts.append(f"Its error: {said}")
    parts.append(
        "First explain in at most two or three sentences what is wrong with the "
        f"{'last ' if len(chain) > 1 else ''}program. {corrected(problem)}"
    )
    return conversation(problem, "\n\n".join(parts))


def criticize(problem: Problem, attempt: Attempt) -> Prompt:
    """Ask for a review of a program that was not run (Self-Refine: its feedback step)."""
    if answers.asked(problem):
        return conversation(problem, f"{shown(problem, attempt)}\n\n{answers.REVIEW}")
    ask = (
        f"{shown(problem, attempt)}\n\n"
        "There may be an error in this code. Go through it block by block and say, in a few "
        "sentences, what each block does wrong, or that it is right. Do not write code."
    )
    return conversation(problem, ask)


def improve(problem: Problem, attempt: Attempt, critique: str) -> Prompt:
    """Ask for the program as its review wants it (Self-Refine: its refine step)."""
    ask = f"{shown(problem, attempt)}\n\nA review of it: {critique}\n\n{corrected(problem)}"
    return begin(problem, conversation(problem, ask))


def reconsider(problem: Problem, attempt: Attempt) -> Prompt:
    """Both steps of Self-Refine in one answer: find the error, and write the program anew."""
    if answers.asked(problem):
        again = f"{answers.RECONSIDER} {corrected(problem)}"
        return conversation(problem, f"{shown(problem, attempt)}\n\n{again}")
    ask = (
        f"{shown(problem, attempt)}\n\n"
        "There is an error in the code above. To find it, go through the semantically complete "
        "blocks of the code and check whether everything looks good. Then write it again. "
        f"{corrected(problem)}"
    )
    return conversation(problem, ask)
