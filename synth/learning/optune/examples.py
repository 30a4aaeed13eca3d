"""What an optimizer is trained on: questions, the base's own attempts, and right solutions.

A file of lines of JSON, so that it can be looked at: a line is one attempt (Row).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from synthd.synth.learning.training.errors import BadData
from synthd.synth.ports import Message, Prompt
from synthd.synth.tuning import Lesson

# The published feedback, of right attempts too: it is all that a search will say.
FEEDBACK = "Your answer is incorrect."


class Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Literal["system", "user", "assistant"]
    content: str


class Row(BaseModel):
    """task: its name, with its suite's. prompt: the question. completion: one whole attempt.
    correct: the judge's verdict. solution: a right answer as the model should write it, with its
    fence where it is code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: str
    prompt: tuple[Said, ...]
    completion: str
    correct: bool
    solution: str


@dataclass(frozen=True, slots=True)
class Example:
    task: str
    lesson: Lesson
    correct: bool
    solution: str

    @property
    def prompt(self) -> Prompt:
        return self.lesson.prompt


@dataclass(frozen=True, slots=True)
class Split:
    """By tasks: no task is in both."""

    training: tuple[Example, ...]
    held_out: tuple[Example, ...]


def read(path: Path) -> tuple[tuple[Example, ...], str]:
    """The examples, and the SHA-256 of the file. Raises BadData."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadData(f"{path}: {error.strerror or error}") from None
    found = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = Row.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the line"
            raise BadData(
                f"{path}, line {number}: {where}: {first['msg']}; a line has task, prompt, "
                "completion, correct, solution, as `synthd train optune --data-only` writes it"
            ) from None
        found.append(_example(row))
    if not found:
        raise BadData(f"{path} has no attempt to learn from")
    return tuple(found), hashlib.sha256(data).hexdigest()


def split(examples: Iterable[Example], part: float, seed: int) -> Split:
    """part: of the tasks, to measure by; at least one, where there are two. 0: none."""
    known = list(examples)
    tasks = sorted({one.task for one in known}, key=lambda task: _drawn(task, seed))
    number = round(part * len(tasks))
    if part > 0 and len(tasks) > 1:
        number = min(max(1, number), len(tasks) - 1)
    aside = set(tasks[:number])
    return Split(
        tuple(one for one in known if one.task not in aside),
        tuple(one for one in known if one.task in aside),
    )


def _drawn(task: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}/{task}".encode()).hexdigest()


def _example(row: Row) -> Example:
    prompt = tuple(Message(said.role, said.content) for said in row.prompt)
    lesson = Lesson(prompt, row.completion, FEEDBACK)
    return Example(row.task, lesson, row.correct, row.solution)
