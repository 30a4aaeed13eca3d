"""Reads whole Python programs out of answers."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.attempt import Extraction
from synthd.synth.extract import first_block


@dataclass(frozen=True, slots=True)
class Scripts:
    """A Read: the first code block, as it stands there."""

    def __call__(self, text: str, cut: bool) -> tuple[str, Extraction, str]:
        found = first_block(text, cut=cut)
        return found.program, found.extraction, found.note
