"""A world in which a program is a row of marks, one for each check: 1 passes, 0 fails, ! raises.

`?` in a program is code that does not compile; a `#` makes one that cheats. An answer is a
program alone; one that begins with "no" holds none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from synthd.synth.attempt import (
    Attempt,
    Candidate,
    Case,
    CaseOutcome,
    Evaluation,
    Extraction,
    Verdict,
)
from synthd.synth.budget import Budget
from synthd.synth.events import Asked, Event, Tried
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.problem import Problem
from synthd.synth.run import Run, Strategy
from synthd.synth.solve import Outcome, solve

PROBLEM = Problem("marks", "Pass all.", start="def f():", entry_point="f")
OUTCOMES = {"1": CaseOutcome.PASS, "0": CaseOutcome.FAIL, "!": CaseOutcome.RUNTIME_ERROR}
ROOMY = Budget(programs=500, seconds=60, tokens=10**6, tokens_per_call=100)

Script = Sequence[str] | Callable[[Prompt, Sampling, int], str]


class Marks:
    """Accepts a program of ones alone. Its value as foreseen: what its marks sum up to."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        await asyncio.sleep(0)
        return evaluated(candidate.code)

    async def estimate(self, problem: Problem, candidate: Candidate) -> float:
        return -float(candidate.code.count("1"))


def evaluated(code: str) -> Evaluation:
    if not code or "?" in code:
        kind = CaseOutcome.COMPILE_ERROR if code else CaseOutcome.NO_CODE
        return Evaluation(Verdict.REJECTED, 0.0, (Case("0", kind, "f(0)", "1"),))
    cases = tuple(
        Case(str(i), OUTCOMES[mark], f"f({i})", "1", mark, "KeyError: 7" if mark == "!" else "")
        for i, mark in enumerate(code.rstrip("#"))
    )
    score = sum(case.passed for case in cases) / len(cases)
    if code.endswith("#"):
        return Evaluation(Verdict.FORBIDDEN, score, cases, "it cheats")
    return Evaluation(Verdict.ACCEPTED if score == 1 else Verdict.REJECTED, score, cases)


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    if not text or text.startswith("no"):
        return "", Extraction.NO_CODE, "the answer has no code block"
    return text, Extraction.OK, ""


@dataclass
class Played:
    """A search that is over: what was asked and what was tried, in the order of asking."""

    outcome: Outcome
    model: ScriptedModel
    prompts: list[Prompt]
    events: list[Event] = field(default_factory=list)

    @property
    def tried(self) -> list[Attempt]:
        """In the order they were asked for: a known program is judged sooner than a new one."""
        found = [event.attempt for event in self.events if isinstance(event, Tried)]
        order = [event.node for event in self.asked]
        return sorted(found, key=lambda attempt: order.index(attempt.candidate.node))

    @property
    def programs(self) -> list[str]:
        return [attempt.candidate.code for attempt in self.tried]

    @property
    def parents(self) -> list[str]:
        """The program that each one that was tried was made from; "-" for drafts."""
        made_from = [attempt.candidate.parent for attempt in self.tried]
        return [parent.candidate.code if parent else "-" for parent in made_from]

    @property
    def asked(self) -> list[Asked]:
        return [event for event in self.events if isinstance(event, Asked)]

    @property
    def purposes(self) -> list[str]:
        return [event.purpose for event in self.asked]

    @property
    def questions(self) -> list[str]:
        return [prompt[-1].content for prompt in self.prompts]


def play(
    strategy: Strategy,
    script: Script,
    budget: Budget = ROOMY,
    *,
    seed: int = 0,
    slots: int = 1,
    verifier: Any = None,
    **model: Any,
) -> Played:
    prompts: list[Prompt] = []
    events: list[Event] = []

    def answer(prompt: Prompt, sampling: Sampling, call: int) -> str:
        prompts.append(prompt)
        return script(prompt, sampling, call) if callable(script) else script[call]

    scripted = ScriptedModel(answer, slots=slots, **model)
    run = Run(PROBLEM, scripted, verifier or Marks(), budget, seed, read, events.append)
    return Played(asyncio.run(solve(run, strategy)), scripted, prompts, events)


def attempted(code: str, parent: Attempt | None = None) -> Attempt:
    return Attempt(Candidate(code, parent, code or "none", code or "none"), evaluated(code))


@pytest.fixture(name="play", scope="session")
def _play() -> Callable[..., Played]:
    return play


@pytest.fixture(name="attempted", scope="session")
def _attempted() -> Callable[..., Attempt]:
    return attempted


@pytest.fixture(scope="session")
def marks() -> type[Marks]:
    return Marks
