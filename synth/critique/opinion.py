"""What a model's comparison comes to: its answer, if it gives one, and what the answers say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_NO = 3  # so many that say no are enough, however many say yes


class Opinion(StrEnum):
    YES = "yes"
    NO = "no"


class Standing(StrEnum):
    """Of a spec, or of one way to look at it. SOUND: as far as was looked."""

    SOUND = "sound"
    FAULTY = "faulty"
    UNDECIDED = "undecided"


_LINE = re.compile(r"^[\s>*_#-]*final answer\b(?P<said>.*)$", re.IGNORECASE | re.MULTILINE)
_SAID = re.compile(r"[\s*_]*[:：][\s*_`\"']*(?P<word>yes|no)\b(?P<rest>.*)", re.IGNORECASE)
_EITHER = re.compile(r"\b(?:yes|no)\b", re.IGNORECASE)


def opinion(answer: str, *, cut: bool = False) -> Opinion | None:
    """The final answer, by the layout that the prompt asks for; None where there is none.

    Guesses nothing: a `yes` elsewhere, a layout that is only repeated (`yes or no`), and final
    answers that differ are no opinion. cut: the answer ended at its token limit, where `no` may
    be the beginning of another word.
    """
    found: set[Opinion] = set()
    for line in _LINE.finditer(answer):
        said = _SAID.fullmatch(line["said"])
        if said is None or _EITHER.search(said["rest"]):
            return None
        if cut and not said["rest"] and not answer[line.end() :]:
            return None
        found.add(Opinion(said["word"].lower()))
    return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Tally:
    """unread: answers without an opinion. wanted: how many answers were asked for."""

    yes: int = 0
    no: int = 0
    unread: int = 0
    wanted: int = 0

    @classmethod
    def of(cls, opinions: Iterable[Opinion | None], wanted: int) -> Tally:
        held = list(opinions)
        yes, no = held.count(Opinion.YES), held.count(Opinion.NO)
        return cls(yes, no, len(held) - yes - no, wanted)

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.yes - self.no - self.unread)

    @property
    def faulty(self) -> bool:
        """AlphaVerus' rule over the answers that there are; none at all is faulty, too."""
        return self.no >= self.yes or self.no >= MOST_NO

    @property
    def standing(self) -> Standing:
        """The rule's word, where the answers that are missing could not change it.

        Where no answer could be read the rule says faulty, and nothing is known: undecided.
        """
        if not self.yes + self.no:
            return Standing.UNDECIDED
        if self.no >= MOST_NO or self.no >= self.yes + self.missing:
            return Standing.FAULTY
        at_worst = self.no + self.missing
        return Standing.SOUND if at_worst < min(self.yes, MOST_NO) else Standing.UNDECIDED
