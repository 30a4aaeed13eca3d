"""Which data may be trained on: never a benchmark's held-out split, never what a licence forbids.

A rule is a table's row: what cannot be found in it is refused. Tasks that are as good as the same
as one of a benchmark's held-out tasks are told of (synth/metrics/overlap.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.exits import BadInput, Failure
from synthd.synth.metrics.overlap import MOST_WORDS, Others, Overlap, Text
from synthd.synth.suites.mbpp import TRAIN

_MBPP = (
    "MBPP's tasks 601–974 are for training; 1–10 are for prompts, 11–510 for testing and 511–600 "
    "for validation (its README)"
)
_NEVER = "it is a benchmark's held-out part, of which nothing may be trained on"
# What evaluations are made of: training tasks are compared with these.
EVALUATIONS = ("humaneval", "mbpp", "gsm8k", "math500")
_FORBIDDING = re.compile(r"\bNC\b|\bND\b|non-?commercial|evaluation only|no licen[cs]e", re.I)
_OWN = ("files:", "exported:")


@dataclass(frozen=True, slots=True)
class Rule:
    """may: whether a task of it may be learned from. words: the rule, for people."""

    may: Callable[[str], bool]
    words: str


def _mbpp(task: str) -> bool:
    number = task.rpartition("/")[2]
    return number.isdigit() and int(number) in TRAIN  # sanitized tasks keep their numbers


def _never(_: str) -> bool:
    return False


RULES: Mapping[str, Rule] = {
    "mbpp": Rule(_mbpp, _MBPP),
    "mbpp-full": Rule(_mbpp, _MBPP),
    "mbpp-train": Rule(_mbpp, _MBPP),
    "mbpp+": Rule(_never, "MBPP+ is MBPP's test and validation tasks with more inputs: " + _NEVER),
    "humaneval": Rule(_never, "HumanEval has no training part: " + _NEVER),
    "humaneval+": Rule(_never, "HumanEval has no training part: " + _NEVER),
    "humaneval-x-python": Rule(_never, "HumanEval-X has no training part: " + _NEVER),
    "humaneval-x-cpp": Rule(_never, "HumanEval-X has no training part: " + _NEVER),
    "humaneval-x-rust": Rule(_never, "HumanEval-X has no training part: " + _NEVER),
    "gsm8k": Rule(_never, "this is GSM8K's test split: " + _NEVER + "; its train split may be"),
    "math500": Rule(_never, "MATH500 is a part of MATH's test split: " + _NEVER),
    "verus-bench": Rule(_never, "verus-bench has no training part: " + _NEVER),
    "human-eval-verus": Rule(_never, "HumanEval has no training part: " + _NEVER),
    **{
        name: Rule(_never, "PSB2 scores by its test rows: " + _NEVER)
        for name in ("psb2", "psb2-cpp", "psb2-stdio", "psb2-stdio-cpp")
    },
}


def require(suite: str, tasks: Iterable[str]) -> None:
    """Raises BadInput with the rule, where a task of the suite must not be learned from."""
    if suite.startswith(_OWN):
        return
    rule = RULES.get(suite)
    if rule is None:
        raise BadInput(
            f"{suite}: no rule says which part of it may be trained on, so none is; "
            f"these have one: {', '.join(trainable())}, {', '.join(_OWN)}"
        )
    wrong = [task for task in tasks if not rule.may(task)]
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise BadInput(
            f"{suite} {wrong[0]}{more} must not be trained on: {rule.words}. "
            f"Tasks to learn from: {', '.join(trainable())}, or your own with files:DIR"
        )


def require_licence(suite: BenchSuite) -> None:
    """By the suite's own words. Raises BadInput."""
    if _FORBIDDING.search(suite.licence):
        raise BadInput(
            f"{suite.name} must not be trained on: its licence is {suite.licence}; take another "
            "suite, or your own tasks with files:DIR"
        )


def trainable() -> tuple[str, ...]:
    return tuple(name for name, rule in RULES.items() if rule.may("601"))


@dataclass(frozen=True, slots=True)
class Contamination:
    """found: training tasks that stand in an evaluation suite already. compared: these suites;
    absent: those whose data is not here. tasks: how many were compared."""

    found: tuple[Overlap, ...]
    compared: tuple[str, ...]
    absent: tuple[str, ...]
    tasks: int

    @property
    def told(self) -> str:
        """One sentence, for the user and the model's card."""
        if not self.compared:
            return "Not compared with evaluation suites: their data is not here (--data)."
        against = f"compared with {', '.join(self.compared)}"
        if not self.found:
            return f"No training task stands in an evaluation suite ({against})."
        first = ", ".join(f"{one.task} in {one.by_words or one.by_shape}" for one in self.found[:3])
        more = f" and {len(self.found) - 3} more" if len(self.found) > 3 else ""
        alike = sum(one.words < MOST_WORDS for one in self.found)
        return (
            f"{len(self.found)} of {self.tasks} training tasks stand in evaluation suites: {first}"
            f"{more} ({against}; {alike} by the shape of a reference program alone, which short "
            "ones share by chance)."
        )


def contamination(
    texts: Sequence[Text], data: Path | None, environment: Mapping[str, str]
) -> Contamination:
    """Of MBPP the tasks outside its training part are compared with."""
    others: list[Text] = []
    compared, absent = [], []
    for name in EVALUATIONS:
        try:
            suite = catalogue.load(name, data, environment)
        except Failure:
            absent.append(name)
            continue
        compared.append(name)
        others += [
            Text(f"{name} {case.id}", case.text, case.reference, case.language)
            for case in suite.cases
            if not RULES[name].may(case.id)
        ]
    held = Others(others)
    near = (held.nearest(text) for text in texts) if others else ()
    return Contamination(
        tuple(one for one in near if one.contaminated),
        tuple(compared),
        tuple(absent),
        len(texts),
    )
