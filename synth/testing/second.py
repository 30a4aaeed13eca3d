"""A second opinion: a program that is drafted by itself and passes the same checks."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from typing import ClassVar

from synthd.synth import prompts, select
from synthd.synth.attempt import Attempt
from synthd.synth.choosing import Reason
from synthd.synth.concurrently import concurrently
from synthd.synth.parameter import parameter
from synthd.synth.run import Ask, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """Chooses the first draft that passes and is another program than `first`, by syntax tree."""

    collects: ClassVar[bool] = True
    first: str
    n: int = parameter(4, "programs drawn at most")
    at_once: int = parameter(2, "of these, how many at a time")
    temperature: float = parameter(0.8, "sampling temperature of all")

    async def __call__(self, run: Run) -> None:
        for start in range(0, self.n, self.at_once):
            places = range(start, min(start + self.at_once, self.n))
            await concurrently(self._draft(run, place) for place in places)

    async def _draft(self, run: Run, place: int) -> None:
        prompt = prompts.draft(run.problem)
        attempt = await run.attempt(
            Ask(prompt, self.temperature, f"second.{place}", "second draft", (place,))
        )
        if attempt is not None and independent(attempt, self.first):
            run.choose(attempt, Reason("it passes, and is another program than the first"))


def independent(attempt: Attempt, first: str) -> bool:
    return select.passes(attempt) and not same_program(attempt.candidate.code, first)


def same_program(left: str, right: str) -> bool:
    """Of one syntax tree, whatever the spaces and comments."""
    return left.strip() == right.strip() or _tree(left) == _tree(right)


def _tree(body: str) -> str:
    """Of the statements of a function; of a text that is none, the text."""
    inside = textwrap.indent(textwrap.dedent(body), "    ")
    try:
        return ast.dump(ast.parse(f"async def f():\n{inside}\n"))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return body.strip()
