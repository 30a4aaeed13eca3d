"""Suites whose tasks are questions with one final answer, and no program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """How a final answer is written, found and compared."""

    NUMBER = "number"  # `#### 18`
    LATEX = "latex"  # `\\boxed{\\frac{1}{2}}`


@dataclass(frozen=True, slots=True)
class Question:
    """answer: the final one, as the data has it. solution: the reference's own way there, which
    ends with it."""

    id: str
    text: str
    answer: str
    solution: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class QuestionSuite:
    """sha256: of the data file as it lies there."""

    name: str
    title: str
    licence: str
    version: str
    questions: tuple[Question, ...]
    sha256: str
    source: Path
