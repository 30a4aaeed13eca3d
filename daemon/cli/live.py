"""Shows a running search: one moving line on a terminal, a line a program elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

from synthd.synth.attempt import Attempt, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.events import Answered, Asked, Event, Heard, Tried

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

DOING = {
    "draft": "drafting",
    "explain": "explaining",
    "repair": "repairing",
    "refine": "refining",
    "revise": "revising",
    "criticize": "reviewing",
    "inputs": "looking for inputs",
    "choose": "choosing",
}


@dataclass(slots=True)
class Live:
    """A Trace that draws. The moving line is for terminals: a log file gets the finished ones."""

    console: Console
    name: str
    budget: Budget
    programs: int = 0
    tokens: int = 0
    started: float = field(default_factory=time.monotonic)
    running: dict[int, str] = field(default_factory=dict)
    _status: Status | None = None

    def __enter__(self) -> Live:
        if self.console.is_interactive:
            self._status = self.console.status(f"{self.name}: starting the model", spinner="dots")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Without the moving line, for as long as somebody else has the terminal."""
        if self._status is not None:
            self._status.stop()
        try:
            yield
        finally:
            if self._status is not None:
                self._status.start()

    def __call__(self, event: Event) -> None:
        match event:
            case Asked():
                self.running[event.call] = DOING.get(event.purpose, event.purpose)
            case Heard():
                self.tokens += 1
            case Answered():
                self.running.pop(event.call, None)
            case Tried():
                self.programs = event.programs
                self.console.print(f"  {_line(event.attempt, event.programs)}")
        if self._status is not None:
            self._status.update(self._moving())

    def _moving(self) -> str:
        doing = sorted(set(self.running.values()))
        return (
            f"{self.name}: {' and '.join(doing) or 'judging'} · "
            f"program {self.programs + 1} of {self.budget.programs} · "
            f"{self.tokens} of {self.budget.tokens} tokens · "
            f"{time.monotonic() - self.started:.0f} of {self.budget.seconds:g} s"
        )


def _line(attempt: Attempt, number: int) -> str:
    """One judged program: where it comes from and how it did."""
    from rich.markup import escape

    candidate, evaluation = attempt.candidate, attempt.evaluation
    purpose = "repair" if candidate.parent is not None else "draft"
    origin = f"program {number:>2} ({purpose}, temperature {candidate.temperature:.2f}):"
    if attempt.accepted:
        label = f" [yellow]({', '.join(evaluation.labels)})[/]" if evaluation.labels else ""
        if evaluation.proof is not None:
            return f"{origin} [green]proved[/]{label}"
        return f"{origin} [green]passes all {len(evaluation.cases)}[/]{label}"
    if not candidate.code:
        return f"{origin} [red]no usable code[/]: {escape(candidate.note or 'empty answer')}"
    if evaluation.proof is not None:
        return f"{origin} [red]{_proving(evaluation)}[/]"
    passed = sum(case.passed for case in evaluation.cases)
    first = next((case for case in evaluation.cases if not case.passed), None)
    note = f", first problem: {first.outcome.value}" if first else ""
    if candidate.extraction is Extraction.WRONG_NAME:
        note += ", renamed"
    return f"{origin} [red]{passed} of {len(evaluation.cases)}[/]{note}"


def _proving(evaluation: Evaluation) -> str:
    """How far a prover got."""
    if evaluation.verdict is Verdict.FORBIDDEN:
        rules = ", ".join(label.removeprefix("forbidden:") for label in evaluation.labels)
        return f"not allowed: {rules}"
    proof = evaluation.proof
    if evaluation.verdict is Verdict.UNDECIDED or proof is None:
        return "undecided"
    if not proof.errors and proof.diagnostics:
        return "does not compile"
    return f"{proof.verified} verified, {proof.errors} errors"
