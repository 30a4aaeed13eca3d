"""How much of its evaluation a program's author is told, from nothing to everything.

Pure functions of an attempt. Its cases are those of visible checks, so nothing else can be told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from synthd.synth.attempt import Attempt, Case, CaseOutcome, Extraction

Level = Literal["none", "pass-fail", "first-failing", "diff", "all"]

# A report of a huge value, or of very many checks, would push the task out of the context window.
LONGEST_VALUE = 400
MOST_CASES = 8


def feedback(attempt: Attempt, level: Level) -> str:
    """What is said about the attempt at this level.

    none: nothing, "". pass-fail: whether it passes. first-failing: its first failing check, in
    words. diff: the failing checks, each with what was expected and what came. all: also the
    checks that pass, which a correction should leave so.
    """
    match level:
        case "none":
            return ""
        case "pass-fail":
            return "All checks pass." if attempt.accepted else "The program is not correct."
        case "first-failing":
            return issue(attempt)
        case "diff":
            failing = [case for case in attempt.evaluation.cases if not case.passed]
            return _listed(failing) if _ran(attempt) and failing else issue(attempt)
        case "all":
            return _listed(attempt.evaluation.cases) if _ran(attempt) else issue(attempt)


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
    if attempt.accepted:
        return "all checks pass"
    return evaluation.report or "the checks do not pass"


def short(text: str) -> str:
    text = text.strip()
    if len(text) <= LONGEST_VALUE:
        return text
    half = LONGEST_VALUE // 2
    return f"{text[:half]} … {text[-half:]}"


def _ran(attempt: Attempt) -> bool:
    """Whether the cases say something of their own: where nothing compiles, all say the same."""
    usable = attempt.candidate.extraction in (Extraction.OK, Extraction.WRONG_NAME)
    cases = attempt.evaluation.cases
    compiled = any(case.outcome is not CaseOutcome.COMPILE_ERROR for case in cases)
    return usable and compiled


def _listed(cases: Iterable[Case]) -> str:
    lines = [_line(case) for case in cases]
    # Those that fail teach more; their order stays.
    lines.sort(key=lambda line: line.startswith("- passes"))
    more = len(lines) - MOST_CASES
    return "\n".join([*lines[:MOST_CASES], *([f"- and {more} more"] if more > 0 else [])])


def _line(case: Case) -> str:
    if case.passed:
        gives = f" gives {short(case.expected)}" if case.expected.strip() else ""
        return f"- passes: `{short(case.input)}`{gives}"
    return f"- fails: {_failure(case)}"


def _failure(case: Case) -> str:
    """One failing case in words."""
    what = short(case.input)
    expected = f" It must give {short(case.expected)}." if case.expected.strip() else ""
    match case.outcome:
        case CaseOutcome.COMPILE_ERROR:
            return f"the code does not compile: {short(case.detail or case.got)}"
        case CaseOutcome.TIMEOUT:
            return f"`{what}` does not end within the time limit.{expected}"
        case CaseOutcome.FAIL if case.expected.strip():
            return f"`{what}` must give {short(case.expected)} but gives {short(case.got)}"
        case CaseOutcome.FAIL:
            return f"`{what}` fails: {short(case.got or case.detail)}"
        case _:
            return f"`{what}` ends with {short(case.detail or case.got)}.{expected}"
