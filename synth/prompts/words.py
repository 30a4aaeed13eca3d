"""What all prompts of a problem share: the system message, the task, and how programs are shown."""

from __future__ import annotations

import textwrap

from synthd.synth.attempt import Attempt
from synthd.synth.feedback import Level, feedback, short
from synthd.synth.ports import Message, Prompt
from synthd.synth.problem import Check, Doctest, Example, Problem, TestFile
from synthd.synth.prompts import answers, verus

SYSTEM = (
    "You are an experienced {language} developer. You write concise, correct code. "
    "You follow the given signature and docstring exactly."
)

LONGEST_TESTS = 4000


def conversation(problem: Problem, ask: str) -> Prompt:
    """The task, and then what is asked: the common part comes first."""
    return (
        Message("system", _system(problem)),
        Message("user", f"{task(problem)}\n\n{ask}"),
    )


def proving(problem: Problem) -> bool:
    """Whether a prover is to be convinced, who wants other words than tests do."""
    return problem.language == "verus"


def _system(problem: Problem) -> str:
    if problem.guide:
        return problem.guide
    if answers.asked(problem):
        return answers.SYSTEM
    if proving(problem):
        return verus.system()
    language = "C++" if problem.language == "cpp" else problem.language.capitalize()
    return SYSTEM.format(language=language)


def task(problem: Problem) -> str:
    if proving(problem):
        return verus.task(problem)
    if answers.asked(problem):
        return answers.task(problem)
    parts: list[str] = []
    if problem.context.strip():
        parts.append(f"The file has (bodies are left out):\n{fence(problem, problem.context)}")
    parts.append(f"The {kind(problem)} to write:\n{fence(problem, problem.start)}")
    extra = [text for check in problem.spec.visible if (text := _beyond_docstring(check))]
    if extra:
        parts.append("It must also satisfy:\n" + fence(problem, "\n".join(extra)))
    return "\n\n".join(parts)


def _beyond_docstring(check: Check) -> str:
    """The text of a visible check that the start code does not show already."""
    match check:
        case Example(line=None):
            return f"assert {check.call} == {check.expected}"
        case TestFile():
            return check.text[:LONGEST_TESTS].strip()
        case Doctest(line=0):
            return f">>> {check.source}{check.want}".rstrip()
        case Example() | Doctest():
            return ""


def told(problem: Problem, attempt: Attempt, level: Level) -> str:
    """The feedback to an attempt at this level; of a prover's findings also what helps."""
    return verus.advised(attempt, level) if proving(problem) else feedback(attempt, level)


def kind(problem: Problem) -> str:
    if not problem.entry_point:
        return "program"
    return "method" if "." in problem.entry_point else "function"


def named(problem: Problem) -> str:
    if proving(problem):
        return f"the function `{problem.entry_point}`"
    if not problem.entry_point:
        return "the program"
    owner, _, name = problem.entry_point.rpartition(".")
    return f"the method `{name}` of the class `{owner}`" if owner else f"the function `{name}`"


def corrected(problem: Problem) -> str:
    """The request for a program in place of another one."""
    if proving(problem):
        return verus.corrected(problem)
    if answers.asked(problem):
        return answers.corrected(problem)
    return (
        f"Answer with one {problem.language} code block that holds {named(problem)}, whole and "
        "corrected, with the imports and helpers that it needs."
    )


def shown(problem: Problem, attempt: Attempt, title: str = "This is the current code") -> str:
    candidate = attempt.candidate
    if answers.asked(problem):
        return answers.shown(attempt)
    if not candidate.code:
        return f"An earlier answer was:\n{short(candidate.completion) or '(nothing)'}"
    if proving(problem):
        return verus.shown(problem, attempt, title)
    return f"{title}:\n{fence(problem, whole(problem, candidate.code))}"


def whole(problem: Problem, code: str) -> str:
    """A program as a model should see it: its code under the problem's head."""
    if not problem.head:
        return code
    last = problem.head.splitlines()[-1]
    depth = len(last) - len(last.lstrip()) + 4
    return f"{problem.head}\n{textwrap.indent(code, ' ' * depth)}"


def fence(problem: Problem, code: str) -> str:
    language = "rust" if proving(problem) else problem.language
    return f"```{language}\n{textwrap.dedent(code).strip()}\n```"
