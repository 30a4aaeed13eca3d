"""From a completion to its final answer, as a search reads programs."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.answers.comparing import spelled
from synthd.synth.answers.extraction import answer_in
from synthd.synth.attempt import Extraction
from synthd.synth.reading import Reading
from synthd.synth.suites.questions import Kind

NONE = "the text has no final answer"
CUT = "the text was cut at its token limit before it came to an answer"


@dataclass(frozen=True, slots=True)
class AnswerReader:
    """A Read whose code is the final answer, and whose program is the whole text: the reasoning is
    what the model is likely or unlikely to say. The note tells how the answer was found."""

    kind: Kind

    def every(self, text: str, cut: bool) -> tuple[Reading, ...]:
        found = answer_in(text, self.kind, cut=cut)
        if not found.text:
            kind, note = (Extraction.TRUNCATED, CUT) if cut else (Extraction.NO_CODE, NONE)
            return (Reading("", kind, note),)
        note = f"read from {found.how}"
        return (Reading(spelled(found.text, self.kind), Extraction.OK, note, text.strip()),)

    def __call__(self, text: str, cut: bool) -> tuple[str, Extraction, str]:
        one = self.every(text, cut)[0]
        return one.code, one.extraction, one.note
