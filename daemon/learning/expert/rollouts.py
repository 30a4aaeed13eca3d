"""Rollouts as they are learned from: conversations of a run's folder, with the word on their end.

The label is the held-out tests' word on the last program. Turns before it failed their visible
checks, as a program that passes them ends a conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import Layout
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.bench.trajectories import Row, trajectory
from synthd.daemon.exits import BadInput
from synthd.synth.ports import Message, Prompt, question


@dataclass(frozen=True, slots=True)
class Turn:
    """code: of the program read from the completion, "" for none. cut: it has no end."""

    prompt: Prompt
    completion: str
    code: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Rollout:
    """task: with its suite. turns: at least one. right: the last program passes all tests."""

    task: str
    turns: tuple[Turn, ...]
    right: bool

    @property
    def last(self) -> Turn:
        return self.turns[-1]

    @property
    def can_teach(self) -> bool:
        """Its end is a program and an answer that ends."""
        return bool(self.last.code.strip()) and not self.last.cut

    @property
    def question(self) -> str:
        """The first user message, all that a verifier sees of the task."""
        return question(self.turns[0].prompt)


def read(folder: Path) -> list[Rollout]:
    """In the order of task, seed and sample, whatever order they were finished in.

    Raises BadInput where the run has kept no traces.
    """
    with RunFolder.open(folder, writer=False) as run:
        records = [r for r in RunFolder.records(folder) if r.kind is Kind.SAMPLE]
        records.sort(key=lambda r: (r.suite, r.task, r.strategy, r.model, r.seed, r.sample))
        found = list(_rollouts(records, run, folder))
    if records and not found:
        raise BadInput(f"{folder}: the run has kept no traces; run it without --no-traces")
    return found


def suites_of(folder: Path) -> dict[str, list[str]]:
    """Of each suite the tasks that a run has. Raises BadInput."""
    Layout(folder).exists()
    found: dict[str, dict[str, None]] = {}
    for record in RunFolder.records(folder):
        found.setdefault(record.suite, {})[record.task] = None
    return {suite: list(tasks) for suite, tasks in found.items()}


def _rollouts(records: list[Record], run: RunFolder, folder: Path) -> Iterator[Rollout]:
    for record in records:
        program = run.program(record.program) if record.program else ""
        row = trajectory(record, program, folder)
        if row is not None and (turns := tuple(_turns(row))):
            right = bool(record.passed) and _is_result(row)
            yield Rollout(f"{record.suite} {record.task}", turns, right)


def _turns(row: Row) -> Iterator[Turn]:
    for step in row["steps"]:
        if not step["prompt"] or not step["completion"]:
            continue
        prompt = tuple(Message(m["role"], m["content"]) for m in step["prompt"])
        code = next((str(p["code"]) for p in step["programs"]), "")
        yield Turn(prompt, str(step["completion"][0]["content"]), code, bool(step["cut"]))


def _is_result(row: Row) -> bool:
    """Whether the last program is the one that the held-out tests judged."""
    last = row["steps"][-1]["programs"] if row["steps"] else []
    return any(program["reward_held_out"] is not None for program in last)
