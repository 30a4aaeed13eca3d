"""Repairs remembered from before: an incorrect program, what Verus said, and the corrected body.

AlphaVerus (arXiv 2412.06176, section 3): a search that ends well leaves one for each of its last
steps, and later searches are shown up to 100 of them, at most three quarters, drawn at random. A
small context has room for a few only, so by default the most similar ones are taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from synthd.synth.attempt import Attempt
from synthd.synth.rust.lexer import meaningful

# AlphaVerus' numbers: of a chain the nearest five, of the collection at most a hundred.
MOST_OF_A_CHAIN = 5
MOST_AT_RANDOM = 100


@dataclass(frozen=True, slots=True)
class Fix:
    """incorrect: a program, or the function alone. corrected: the body, with its braces."""

    incorrect: str
    error: str
    corrected: str


def harvest(attempt: Attempt, head: str = "", most: int = MOST_OF_A_CHAIN) -> tuple[Fix, ...]:
    """What an accepted attempt teaches: a fix for each ancestor with code, the nearest first.

    head: what a body stands under. () for what was not accepted, or is not fit to be learned.
    """
    if not attempt.accepted or attempt.evaluation.labels:
        return ()
    corrected = attempt.candidate.code
    fixes: list[Fix] = []
    for each in list(attempt.lineage())[1:]:
        code = each.candidate.code
        error = _error(each)
        if code and code != corrected and error:
            incorrect = f"{head.rstrip()}\n{code}" if head else code
            fixes.append(Fix(incorrect, error, corrected))
    return tuple(dict.fromkeys(fixes[:most]))


def at_random(fixes: Sequence[Fix], random: Random, most: int = MOST_AT_RANDOM) -> tuple[Fix, ...]:
    """min(most, three quarters) of them, as the paper draws them."""
    return tuple(random.sample(list(fixes), min(most, 3 * len(fixes) // 4)))


def most_similar(
    fixes: Sequence[Fix], program: str, error: str = "", count: int = 2
) -> tuple[Fix, ...]:
    """The fixes whose program and error share most words with these, best first; of equal ones the
    first, and none that shares nothing."""
    wanted = _words(f"{program}\n{error}")
    alike = [_shared(_words(f"{fix.incorrect}\n{fix.error}"), wanted) for fix in fixes]
    best = sorted(range(len(fixes)), key=lambda place: -alike[place])
    return tuple(fixes[place] for place in best[:count] if alike[place] > 0)


def _error(attempt: Attempt) -> str:
    failing = [case for case in attempt.evaluation.cases if not case.passed]
    texts = dict.fromkeys(case.detail or case.got for case in failing)
    return attempt.evaluation.report.strip() or "\n".join(text for text in texts if text).strip()


def _words(text: str) -> Counter[str]:
    return Counter(token.text for token in meaningful(text) if token.text[0].isalnum())


def _shared(left: Counter[str], right: Counter[str]) -> float:
    """Jaccard's index of two bags: 0 to 1."""
    together = (left | right).total()
    return (left & right).total() / together if together else 0.0
