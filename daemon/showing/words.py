"""The words about one node of a search, the same in a terminal, in JSON and on a page."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from synthd.synth.attempt import Attempt, Verdict
from synthd.synth.budget import Usage
from synthd.synth.events import Answered, Asked, Tried
from synthd.synth.trace.records import End, Recorded
from synthd.synth.trace.tree import Node
from synthd.synth.tuning import Learned


class State(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"
    FORBIDDEN = "forbidden"
    TEXT = "text"  # an answer that was not to be a program
    OPEN = "open"  # a call without an answer: it was cut off, or failed, or goes on

    @property
    def judged(self) -> bool:
        return self not in (State.TEXT, State.OPEN)


def state(node: Node) -> State:
    if node.attempt is None:
        return State.OPEN if node.answered is None else State.TEXT
    return State(node.attempt.evaluation.verdict.value)


def title(node: Node) -> str:
    """Which one it is: "#3 repair"."""
    return f"#{node.number} {node.purpose}" if node.attempt else node.purpose


def finding(node: Node) -> str:
    """What it came to: "1 of 3: 1 fail, 1 timeout"."""
    if node.attempt is None:
        if node.unjudged:
            return "not judged"
        return "no answer: cut off or failed" if node.answered is None else ""
    return _judged(node.attempt)


def learned(node: Node) -> list[str]:
    """What each step on a lesson did that the weights which drew it had not learned before."""
    return [_step(step) for step in node.fresh]


def _step(step: Learned) -> str:
    parts = ""
    if step.reflection_loss is not None:
        parts = f" (sentence {step.feedback_loss:.3f}, reflection {step.reflection_loss:.3f})"
    return (
        f"learned lesson {step.lesson + 1}, step {step.step + 1}: loss {step.loss:.3f}{parts}, "
        f"gradient norm {step.gradient_norm:.3g}, KL to the model's own {step.kl:.2e}, "
        f"{step.seconds:.1f} s"
    )


def _judged(attempt: Attempt) -> str:
    evaluation = attempt.evaluation
    labels = f" ({', '.join(evaluation.labels)})" if evaluation.labels else ""
    if evaluation.verdict is Verdict.ACCEPTED:
        return f"passes all {len(evaluation.cases)}{labels}"
    if not attempt.candidate.code:
        return "no usable code"
    if evaluation.verdict is not Verdict.REJECTED:
        return f"{evaluation.verdict}{labels}"
    found = outcomes(attempt)
    passed = found.pop("pass", 0)
    rest = ", ".join(f"{number} {outcome}" for outcome, number in found.items())
    return f"{passed} of {len(evaluation.cases)}{': ' if rest else ''}{rest}{labels}"


def outcomes(attempt: Attempt) -> dict[str, int]:
    return dict(Counter(case.outcome.value for case in attempt.evaluation.cases))


def spent(recorded: Recorded) -> tuple[Usage, float]:
    """What the search cost, and its seconds; of one without an end what its events tell."""
    if recorded.end is not None:
        return recorded.end.usage, recorded.end.at
    usage = Usage()
    for entry in recorded.entries:
        match entry.event:
            case Asked():
                usage.model_calls += 1
            case Answered():
                usage.prompt_tokens += entry.event.prompt_tokens
                usage.completion_tokens += entry.event.completion_tokens
                usage.estimated = usage.estimated or not entry.event.counted
            case Tried():
                usage.programs = entry.event.programs
                usage.judge_seconds += entry.event.attempt.evaluation.seconds
            case _:
                pass
    return usage, recorded.entries[-1].at if recorded.entries else 0.0


def ending(end: End | None) -> str:
    """How it ended, in a few words."""
    if end is None:
        return "did not end: it was killed, or goes on"
    return f"{_stopped(end)}; held-out tests decided (an oracle)" if end.oracle else _stopped(end)


def _stopped(end: End) -> str:
    match end.stop:
        case "solved":
            return "solved"
        case "budget":
            return "not solved: the budget was spent"
        case "time":
            return "not solved: its time was over"
        case "finished":
            return "not solved: the strategy had nothing more to try"
        case _:
            return f"{end.stop}: {end.message}" if end.message else end.stop


def cost(usage: Usage, seconds: float) -> str:
    about = "about " if usage.estimated else ""
    return (
        f"{count(usage.model_calls, 'model call')}, "
        f"{about}{usage.prompt_tokens} + {usage.completion_tokens} tokens, "
        f"{count(usage.programs, 'program')} judged in {usage.judge_seconds:.1f} s, "
        f"{seconds:.1f} s in all"
    )


def count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
