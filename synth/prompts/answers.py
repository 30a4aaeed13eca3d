"""The questions about a problem whose solution is reasoning with one final answer, and no program.

Problem.start is its text, Problem.head the form of the final answer: what stands before it.
"""

from __future__ import annotations

import re

from synthd.synth.attempt import Attempt
from synthd.synth.problem import Problem

ANSWER = "answer"  # Problem.language

SYSTEM = (
    "You are an experienced mathematician. You solve problems step by step, in short steps, and "
    "check every calculation."
)

# What a reviewer is asked to say where there is nothing to mend (Madaan et al.: "it is correct").
RIGHT = "The solution is correct."
REVIEW = (
    "There may be an error in this solution. Go through it step by step and say, in a few "
    f"sentences, what is wrong. If nothing is, say exactly: {RIGHT} Do not solve the problem anew."
)
RECONSIDER = (
    "There is an error in the solution above. To find it, go through its steps and check whether "
    "everything looks good."
)

LONGEST_SHOWN = 4000
_APPROVAL = re.compile(r"\b(?:solution|answer|it) is (?:entirely |completely )?correct\b", re.I)


def asked(problem: Problem) -> bool:
    return problem.language == ANSWER


def task(problem: Problem) -> str:
    return f"The problem:\n{problem.start.strip()}"


def draft(problem: Problem) -> str:
    return f"Solve it step by step. {_form(problem)}"


def corrected(problem: Problem) -> str:
    """The request for a solution in place of another one."""
    return f"Write the whole corrected solution, step by step. {_form(problem)}"


def shown(attempt: Attempt) -> str:
    text = attempt.candidate.completion.strip()
    if len(text) > LONGEST_SHOWN:
        text = f"… {text[-LONGEST_SHOWN:]}"
    return f"A solution:\n{text or '(nothing)'}"


def approves(review: str) -> bool:
    """Whether a review finds nothing wrong."""
    return bool(_APPROVAL.search(review))


def _form(problem: Problem) -> str:
    return f"End with a line that has the final answer alone, as {problem.head}."
