"""The words. Pure functions from what is known to what is asked.

What all prompts of a problem share comes first, so that the server's prefix cache is hit.
Only visible checks can get here: a prompt is made from the statement, the start code, the
visible checks, and evaluations, which are made of visible checks.
"""

from __future__ import annotations

import textwrap

from synthd.synth.attempt import Attempt, Case, CaseOutcome, Extraction
from synthd.synth.ports import Message, Prompt
from synthd.synth.problem import Check, Doctest, Example, Problem, TestFile

SYSTEM = (
    "You are an experienced {language} developer. You write concise, correct code. "
    "You follow the given signature and docstring exactly."
)

# A report of a huge value would push the task out of the context window.
LONGEST_VALUE = 400
LONGEST_TESTS = 4000


def draft(problem: Problem) -> Prompt:
    """Ask for the whole function in one code block."""
    ask = (
        f"Complete {_named(problem)}. Answer with one {problem.language} code block that holds "
        f"the whole {_kind(problem)}, with the imports and helpers that it needs. "
        "No explanation, no tests."
    )
    return _conversation(problem, ask)


def explain(problem: Problem, attempt: Attempt, issue: str) -> Prompt:
    """Ask what is wrong with a program, in words."""
    ask = (
        f"{_shown(problem, attempt)}\n\nThe issue: {issue}\n\n"
        "Describe very briefly, in one or two sentences, what is wrong and how to fix it. "
        "Do not write code."
    )
    return _conversation(problem, ask)


def repair(problem: Problem, attempt: Attempt, issue: str, instruction: str) -> Prompt:
    """Ask for a corrected program, following an instruction."""
    ask = (
        f"{_shown(problem, attempt)}\n\nThe issue: {issue}\n\nHow to fix it: {instruction}\n\n"
        f"Answer with one {problem.language} code block that holds {_named(problem)}, whole and "
        "corrected, with the imports and helpers that it needs."
    )
    return _conversation(problem, ask)


def issue(attempt: Attempt) -> str:
    """What is wrong with a program: its single worst check, as in SEIDR.

    The first failing case; where there was no program to run, why not.
    """
    candidate, evaluation = attempt.candidate, attempt.evaluation
    if candidate.extraction not in (Extraction.OK, Extraction.WRONG_NAME):
        return candidate.note or "there was no usable code in the answer"
    worst = next((case for case in evaluation.cases if not case.passed), None)
    if worst is not None:
        return _failure(worst)
    if evaluation.labels:
        return (
            "the program only lists the answers to the examples. "
            "It must compute the answer for every input."
        )
    return evaluation.report or "the checks do not pass"


def _failure(case: Case) -> str:
    """One failing case in words."""
    what = _short(case.input)
    expected = f" It must give {_short(case.expected)}." if case.expected.strip() else ""
    match case.outcome:
        case CaseOutcome.COMPILE_ERROR:
            return f"the code does not compile: {_short(case.detail or case.got)}"
        case CaseOutcome.TIMEOUT:
            return f"`{what}` does not end within the time limit.{expected}"
        case CaseOutcome.FAIL if case.expected.strip():
            return f"`{what}` must give {_short(case.expected)} but gives {_short(case.got)}"
        case CaseOutcome.FAIL:
            return f"`{what}` fails: {_short(case.got or case.detail)}"
        case _:
            return f"`{what}` ends with {_short(case.detail or case.got)}.{expected}"


def _kind(problem: Problem) -> str:
    return "method" if "." in problem.entry_point else "function"


def _named(problem: Problem) -> str:
    owner, _, name = problem.entry_point.rpartition(".")
    return f"the method `{name}` of the class `{owner}`" if owner else f"the function `{name}`"


def _conversation(problem: Problem, ask: str) -> Prompt:
    return (
        Message("system", SYSTEM.format(language=problem.language.capitalize())),
        Message("user", f"{_task(problem)}\n\n{ask}"),
    )


def _task(problem: Problem) -> str:
    parts: list[str] = []
    if problem.context.strip():
        parts.append(f"The file has (bodies are left out):\n{_fence(problem, problem.context)}")
    parts.append(f"The {_kind(problem)} to write:\n{_fence(problem, problem.start)}")
    extra = [text for check in problem.spec.visible if (text := _beyond_docstring(check))]
    if extra:
        parts.append("It must also satisfy:\n" + _fence(problem, "\n".join(extra)))
    return "\n\n".join(parts)


def _beyond_docstring(check: Check) -> str:
    """The text of a visible check that the start code does not show already."""
    match check:
        case Example(line=None):
            return f"assert {check.call} == {check.expected}"
        case TestFile():
            return check.text[:LONGEST_TESTS].strip()
        case Example() | Doctest():
            return ""


def _shown(problem: Problem, attempt: Attempt) -> str:
    candidate = attempt.candidate
    if not candidate.code:
        return f"An earlier answer was:\n{_short(candidate.completion) or '(nothing)'}"
    return f"This is the current code:\n{_fence(problem, whole(problem, candidate.code))}"


def whole(problem: Problem, code: str) -> str:
    """A program as a model should see it: its code under the problem's head."""
    if not problem.head:
        return code
    last = problem.head.splitlines()[-1]
    depth = len(last) - len(last.lstrip()) + 4
    return f"{problem.head}\n{textwrap.indent(code, ' ' * depth)}"


def _fence(problem: Problem, code: str) -> str:
    return f"```{problem.language}\n{textwrap.dedent(code).strip()}\n```"


def _short(text: str) -> str:
    text = text.strip()
    if len(text) <= LONGEST_VALUE:
        return text
    half = LONGEST_VALUE // 2
    return f"{text[:half]} … {text[-half:]}"
