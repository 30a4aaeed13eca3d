"""The questions about a Verus function: its task, a first body, a body in place of another.

There are three places to start from: a signature with clauses alone, code that is to stay and lacks
its proof (Problem.proof_only), and a body that fails (Problem.given).
"""

from __future__ import annotations

from synthd.synth.attempt import Attempt
from synthd.synth.feedback import Level
from synthd.synth.problem import Problem
from synthd.synth.prompts.verus.advice import advice
from synthd.synth.prompts.verus.errors import kinds, told

KEEP = (
    "The code that runs must stay as it is, token for token: only add or change proof, that is "
    "loop invariants, `decreases`, `assert`, `proof { … }` and ghost variables."
)

KEEP_ALL = (
    "Everything that stands there must stay as it is, token for token: only add to its loops what "
    "they lack, that is `invariant`, `decreases` and, where there is a `break`, `ensures`."
)


def _keep(problem: Problem) -> str:
    if problem.loops_only:
        return KEEP_ALL
    return KEEP if problem.proof_only else ""


def task(problem: Problem) -> str:
    """The file around it, and the function as it stands."""
    parts: list[str] = []
    if problem.context.strip():
        parts.append(f"The file has:\n{_fence(problem.context)}")
    if problem.loops_only:
        title = "The function whose loops lack invariants"
    elif problem.proof_only:
        title = "The function whose proof is missing"
    elif problem.given:
        title = "The function to mend"
    else:
        title = "The function to write"
    parts.append(f"{title}:\n{_fence(problem.start)}")
    return "\n\n".join(parts)


def draft(problem: Problem, *, plan: bool = False) -> str:
    """The first question. plan: after a few words on how code and proof work."""
    name = f"`{problem.entry_point}`"
    if problem.loops_only:
        ask = f"Add the missing invariants to the loops of {name}, so that Verus verifies it."
        ask = f"{ask} {KEEP_ALL}"
    elif problem.proof_only:
        ask = f"Add the proof to the body of {name}, so that Verus verifies it. {KEEP}"
    elif problem.given:
        ask = f"Verus does not verify {name} as it stands. Mend its body, code and proof."
    else:
        ask = f"Write the body of {name}, code and proof, so that Verus verifies it."
    first = ""
    if plan:
        first = (
            "First say in two or three short sentences how the code works and which invariants "
            "it needs. "
        )
    last = "" if plan else " No explanation."
    return f"{ask} {first}{_form(problem, 'the body')}{last}"


def corrected(problem: Problem) -> str:
    """The request for a body in place of another one."""
    return f"{_form(problem, 'the whole corrected body')} {_keep(problem)}".rstrip()


def shown(problem: Problem, attempt: Attempt, title: str) -> str:
    """A program: the body under the function's header. The one given stands in the task already."""
    code = attempt.candidate.code
    if code == problem.given:
        return f"{title}, as it stands above."
    head = f"{problem.head.rstrip()}\n" if problem.head else ""
    return f"{title}:\n{_fence(head + code)}"


def advised(attempt: Attempt, level: Level) -> str:
    """What Verus said at this level, and where that names errors, what helps against them."""
    said = told(attempt, level)
    if not said or level == "pass-fail" or attempt.accepted or not attempt.candidate.code:
        return said
    helps = advice(kinds(attempt.evaluation, said if level == "first-failing" else ""))
    return f"{said}\n\nWhat helps:\n{helps}" if helps else said


def _form(problem: Problem, what: str) -> str:
    return (
        f"Answer with one rust code block that holds {what} of `{problem.entry_point}`, from "
        "its `{` to its `}`, without the signature and its clauses."
    )


def _fence(code: str) -> str:
    return f"```rust\n{code.strip()}\n```"
