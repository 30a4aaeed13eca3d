"""What generated inputs say about one program, and about two that pass the same checks.

Pure functions over rows of observations, all on the same calls, smallest call first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synthd.synth.attempt import Attempt
from synthd.synth.behaviour import SILENT, Row
from synthd.synth.observation import Happened, Observation
from synthd.synth.testing.domain import Domain
from synthd.synth.testing.types import expression, fits

NEEDED = 100  # inputs, at least
TELLING = 10  # of these, at least so many give a value: all programs agree on giving nothing
_KEPT = 80  # characters of a value in a sentence


@dataclass(frozen=True, slots=True)
class Answer:
    """What one program does with the input of a question. raises: the exception, or ""."""

    value: str
    raises: str
    program: Attempt

    @property
    def shown(self) -> str:
        return f"raises {self.raises}" if self.raises else self.value


@dataclass(frozen=True, slots=True)
class Question:
    """An input on which programs that pass every visible check part ways: which one is right?"""

    call: str
    answers: tuple[Answer, ...]

    @property
    def sentence(self) -> str:
        first, second = (
            answer.shown if answer.raises else f"gives {short(answer.value)}"
            for answer in self.answers
        )
        return f"for {self.call} one program {first}, another {second}: which is right?"


@dataclass(frozen=True, slots=True)
class Examined:
    """One program on all inputs. counted: the places of those that show that it is as declared.

    fault: a sentence about the smallest input with something wrong, "" for none; fatal: one that
    no second program can excuse or explain.
    """

    counted: frozenset[int]
    fault: str = ""
    fatal: bool = False
    obstacle: str = ""  # why inputs do not count, of the first that does not


def examine(domain: Domain, row: Row) -> Examined:
    """Crashes, and values of another type than the annotated one."""
    counted: set[int] = set()
    crash = wrong = obstacle = ""
    for place, seen in enumerate(row):
        match seen.happened:
            case Happened.RETURNED:
                fitting, why = _value(domain, seen)
                if fitting is False:
                    wrong = wrong or why
                elif fitting is None:
                    obstacle = obstacle or why
                else:
                    counted.add(place)
            case Happened.RAISED:
                if domain.announces(kind(seen)):
                    counted.add(place)
                elif not domain.refuses(seen.call, kind(seen)):
                    crash = crash or (
                        f"{seen.call} raises {kind(seen)}, which neither docstring nor checks name"
                    )
            case Happened.TIMEOUT:
                crash = crash or f"{seen.call} does not come to an end within its limits"
            case Happened.DIED:
                crash = crash or f"{seen.call} ends the process: {short(seen.shown) or 'died'}"
            case _:
                pass
    return Examined(frozenset(counted), wrong or crash, bool(wrong), obstacle)


def mute(row: Row, counted: Iterable[int]) -> str:
    """Why agreement would say nothing: hardly an input gives a value. "" where enough do."""
    values = sum(row[at].ran and row[at].shown.strip() != "None" for at in counted)
    if values >= TELLING:
        return ""
    return f"on {values} inputs only it gives a value, so there is too little to compare"


def unsteady(first: Row, again: Row) -> str:
    """A sentence about the smallest input that came to something else when it was repeated."""
    by_call = {seen.call: seen for seen in again}
    for seen in first:
        other = by_call.get(seen.call)
        if other is None or other.happened in SILENT or seen.happened in SILENT:
            continue
        if other.key != seen.key:
            return (
                f"{seen.call} came to {_came(seen)} and then, in another order, to {_came(other)}"
            )
    return ""


def difference(domain: Domain, left: Row, right: Row) -> int | None:
    """The place of the smallest input on which the two differ; None where they nowhere do.

    Inputs that either of them turns down as none of its own, and values that cannot be compared
    because they do not show what they are, tell nothing.
    """
    for place, pair in enumerate(zip(left, right, strict=True)):
        if pair[0].key != pair[1].key and all(_tells(domain, seen) for seen in pair):
            return place
    return None


def question(pair: tuple[Observation, Observation], programs: tuple[Attempt, Attempt]) -> Question:
    answers = tuple(
        Answer("", kind(seen), program)
        if seen.happened is Happened.RAISED
        else Answer(seen.shown.strip(), "", program)
        for seen, program in zip(pair, programs, strict=True)
    )
    return Question(pair[0].call, answers)


def answerable(pair: tuple[Observation, Observation]) -> bool:
    """Whether both came to something that could be right."""
    return all(seen.happened in (Happened.RETURNED, Happened.RAISED) for seen in pair)


def kind(seen: Observation) -> str:
    """The class of the exception, without its module."""
    return seen.text.rsplit(".", 1)[-1]


def short(text: str) -> str:
    return text if len(text) <= _KEPT else text[: _KEPT - 1] + "…"


def _value(domain: Domain, seen: Observation) -> tuple[bool | None, str]:
    value = expression(seen.shown)
    if value is None:
        return None, f"what {seen.call} gives cannot be compared: {short(seen.shown)}"
    if domain.returns is None or not domain.bare(seen.call):
        return True, ""
    fitting = fits(domain.returns, value)
    if fitting is False:
        return False, f"{seen.call} gives {short(seen.shown)}, which is not of its return type"
    return fitting, f"its return type cannot be told from the value of {seen.call}"


def _tells(domain: Domain, seen: Observation) -> bool:
    if seen.happened is Happened.RETURNED:
        return expression(seen.shown) is not None
    if seen.happened is Happened.RAISED:
        return domain.announces(kind(seen)) or not domain.refuses(seen.call, kind(seen))
    return seen.happened not in SILENT


def _came(seen: Observation) -> str:
    return short(seen.shown or seen.text) or seen.happened.value
