"""The first question: the whole program, from the task alone."""

from __future__ import annotations

from synthd.synth.ports import Prompt
from synthd.synth.problem import Problem
from synthd.synth.prompts import answers, verus
from synthd.synth.prompts.begun import begin
from synthd.synth.prompts.words import conversation, kind, named, proving


def draft(problem: Problem, *, plan: bool = False) -> Prompt:
    """Ask for the whole function in one code block; plan: after a few words on how it works."""
    if proving(problem):
        return conversation(problem, verus.draft(problem, plan=plan))
    if answers.asked(problem):
        return conversation(problem, answers.draft(problem))
    first, last = "", "No explanation, no tests."
    if plan:
        first = "First say in two or three short sentences how it should work. Then answer"
        last = "No tests."
    ask = (
        f"Complete {named(problem)}. {first or 'Answer'} with one {problem.language} code block "
        f"that holds the whole {kind(problem)}, with the imports and helpers that it needs. {last}"
    )
    prompt = conversation(problem, ask)
    return prompt if plan else begin(problem, prompt)
