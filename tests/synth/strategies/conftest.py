"""A world of programs that are expressions of x: written by a script, judged by evaluating them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.events import Event, Tried
from synthd.synth.extract import fenced_blocks
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.problem import Example, Problem, Spec
from synthd.synth.run import Run, Strategy
from synthd.synth.solve import Outcome, solve

ROOMY = Budget(programs=64, seconds=30, tokens=50_000, tokens_per_call=100)


class Judging:
    """Evaluates the visible checks. Cannot do anything else."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        await asyncio.sleep(0)
        cases = []
        for check in problem.spec.visible:
            assert isinstance(check, Example)
            seen = executed(candidate.code, check.call)
            right = seen.ran and seen.text == check.expected
            outcome = CaseOutcome.PASS if right else CaseOutcome.FAIL
            cases.append(Case(check.id, outcome, check.call, check.expected, seen.shown))
        score = sum(case.passed for case in cases) / len(cases)
        verdict = Verdict.ACCEPTED if score == 1 else Verdict.REJECTED
        return Evaluation(verdict, score, tuple(cases))


class Executing(Judging):
    """Says what programs do, too."""

    def __init__(self) -> None:
        self.running = 0
        self.executed: list[tuple[str, str]] = []

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        self.running += 1
        try:
            await asyncio.sleep(0)
            self.executed += [(candidate.code, call) for call in calls]
            return tuple(executed(candidate.code, call) for call in calls)
        finally:
            self.running -= 1


class Foreseeing(Judging):
    """With a learned verifier, which likes long programs."""

    async def estimate(self, problem: Problem, candidate: Candidate) -> float:
        return len(candidate.code)


def executed(code: str, call: str) -> Observation:
    def f(x: Any) -> Any:
        return eval(code, {"x": x})

    if not code:
        return Observation(call, Happened.DIED)
    try:
        value = eval(call, {"f": f})
    except Exception as error:
        return Observation(call, Happened.RAISED, type(error).__name__, repr(error))
    return Observation(call, Happened.RETURNED, repr(value), repr(value))


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    blocks = fenced_blocks(text)
    if not blocks:
        return "", Extraction.NO_CODE, "no code"
    return blocks[0][0].strip(), Extraction.OK, ""


def said(program: str) -> str:
    """An answer with this program; "" is an answer without one, and one with a fence is whole."""
    if "```" in program:
        return program
    return f"```\n{program}\n```" if program else "I do not know."


@dataclass
class Ended:
    outcome: Outcome
    events: list[Event]
    model: ScriptedModel
    prompts: list[Prompt]
    verifier: Any
    run: Run

    @property
    def program(self) -> str:
        assert self.outcome.best is not None
        return self.outcome.best.candidate.code

    @property
    def tried(self) -> list[str]:
        return [e.attempt.candidate.code for e in self.events if isinstance(e, Tried)]

    def asked(self, words: str) -> int:
        return sum(words in prompt[-1].content for prompt in self.prompts)


Answer = Callable[[str, Sampling], str]


@dataclass
class World:
    """f(x) for an integer; `examples` are its visible checks, as text of call and result."""

    examples: dict[str, str] = field(default_factory=lambda: {"f(2)": "4"})
    head: str = "def f(x: int) -> int:"
    given: str = ""  # a program to begin from

    @property
    def problem(self) -> Problem:
        checks = tuple(Example(call, call, want, 3) for call, want in self.examples.items())
        start = f'{self.head}\n    """A number."""'
        return Problem(
            "p", "A number.", "python", start, self.head, "f", spec=Spec(checks), given=self.given
        )

    def search(
        self,
        strategy: Strategy,
        drafts: Iterable[str] | Answer,
        *,
        repairs: Answer = lambda asked, sampling: "",
        inputs: str = "",
        which: Callable[[str], str] = lambda asked: "neither",
        verifier: Any = None,
        budget: Budget = ROOMY,
        seed: int = 0,
        watch: Callable[[Event, Run], None] = lambda event, run: None,
        **model: Any,
    ) -> Ended:
        """drafts: programs, in the order they are asked for, or a function of the question. watch:
        hears of each event.
        inputs and which: the answers to questions for inputs, and for which output is right."""
        prompts: list[Prompt] = []
        events: list[Event] = []
        line = iter(drafts) if not callable(drafts) else None

        def answer(prompt: Prompt, sampling: Sampling, call: int) -> str:
            prompts.append(prompt)
            asked = prompt[-1].content
            if "one call a line" in asked:
                return inputs
            if "letter A or B" in asked:
                return which(asked)
            if "current code" in asked:
                return said(repairs(asked, sampling))
            if line is not None:
                return said(next(line))
            assert callable(drafts)
            return said(drafts(asked, sampling))

        scripted = ScriptedModel(answer, **model)
        verifier = verifier or Executing()

        def trace(event: Event) -> None:
            events.append(event)
            watch(event, run)

        run = Run(self.problem, scripted, verifier, budget, seed, read, trace)
        outcome = asyncio.run(solve(run, strategy))
        return Ended(outcome, events, scripted, prompts, verifier, run)


@pytest.fixture(scope="session")
def world() -> type[World]:
    return World


@pytest.fixture(scope="session")
def judging() -> type[Judging]:
    return Judging


@pytest.fixture(scope="session")
def foreseeing() -> type[Foreseeing]:
    return Foreseeing


@pytest.fixture(scope="session")
def executing() -> type[Executing]:
    return Executing
