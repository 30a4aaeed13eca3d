"""From the searches that are kept to what a verifier learns from: problem, program, right or wrong.

x is the first user message that a search sent, as the model saw it; y a program as it was judged.
Every turn of a conversation is an example with its own verdict: μCode labels all but the last turn
0, as a search ends with the first program that passes, which is what their verdicts say anyway.
Left out are answers without a program, and programs without a verdict (the judge broke, or there
was nothing to judge by).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import EXPERIMENT, LOG
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.exits import BadInput
from synthd.daemon.traces.finding import SUFFIX, is_trace, load
from synthd.synth.attempt import Attempt, Verdict
from synthd.synth.events import Asked, Tried
from synthd.synth.ports import question
from synthd.synth.select import passes
from synthd.synth.trace.records import Recorded


class Labels(StrEnum):
    """Whose verdict: of the visible checks, or of the held-out tests, which judge again."""

    VISIBLE = "visible"
    HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True)
class Judged:
    """A program of a search. suite: "" where it was no benchmark's. code: of the candidate.
    right: by the visible checks; None where they did not decide."""

    suite: str
    task: str
    x: str
    code: str
    right: bool | None

    @property
    def of(self) -> str:
        """The task by one name in all suites that have it: mbpp, mbpp-full and mbpp+ do."""
        return f"{family(self.suite)}/{self.task.rpartition('/')[2]}" if self.suite else self.task


@dataclass(slots=True)
class Read:
    """runs: of each the SHA-256 of its log. suites: of each that of its data. programs: how many
    the searches of each run judged."""

    judged: list[Judged] = field(default_factory=list)
    runs: dict[str, str] = field(default_factory=dict)
    suites: dict[str, str] = field(default_factory=dict)
    programs: dict[str, int] = field(default_factory=dict)
    searches: int = 0
    without_trace: int = 0


def family(suite: str) -> str:
    return suite.removesuffix("+").removesuffix("-full").removesuffix("-train")


def read(paths: Sequence[Path]) -> Read:
    """Folders of `synthd bench`, traces, or folders of traces. Raises BadInput."""
    found = Read()
    for path in paths:
        name = str(path) if path.name in found.runs else path.name
        before = len(found.judged)
        found.runs[name] = (_run if (path / EXPERIMENT).is_file() else _traces)(path, found)
        found.programs[name] = len(found.judged) - before
    if not found.searches:
        raise BadInput(
            f"{', '.join(map(str, paths))}: no search with a trace is there; "
            "`synthd bench run --out DIR` keeps them, unless it is told --no-traces"
        )
    return found


def _run(path: Path, found: Read) -> str:
    """The hash of its log."""
    with RunFolder.open(path, writer=False) as folder:
        experiment = folder.experiment
    found.suites |= {spec.name: spec.sha256 for spec in experiment.suites}
    log = path / LOG
    for record in RunFolder.records(path):
        if record.kind is not Kind.SAMPLE:
            continue
        if not record.trace or not (path / record.trace).is_file():
            found.without_trace += 1
            continue
        found.searches += 1
        found.judged += _of_record(record, load(path / record.trace))
    return hashlib.sha256(log.read_bytes() if log.exists() else b"").hexdigest()


def _of_record(record: Record, recorded: Recorded) -> Iterator[Judged]:
    return judged(recorded, record.suite, record.task, oracle=record.oracle)


def _traces(path: Path, found: Read) -> str:
    """Of searches that were no benchmark's: the hash of them all."""
    files = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    files = [file for file in files if file.is_file() and is_trace(file)]
    if not files:
        raise BadInput(f"{path}: neither a folder of `synthd bench run` nor a trace of a search")
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
        recorded = load(file)
        found.searches += 1
        oracle = recorded.end is not None and recorded.end.oracle
        found.judged += judged(recorded, "", recorded.header.target, oracle=oracle)
    return digest.hexdigest()


def judged(recorded: Recorded, suite: str, task: str, *, oracle: bool) -> Iterator[Judged]:
    """oracle: verdicts of this search are those of held-out tests, and the cases the visible
    checks'."""
    x = first_message(recorded)
    if not x:
        return
    for entry in recorded.entries:
        if isinstance(entry.event, Tried) and entry.event.attempt.candidate.code.strip():
            attempt = entry.event.attempt
            yield Judged(suite, task, x, attempt.candidate.code, right(attempt, oracle=oracle))


def first_message(recorded: Recorded) -> str:
    """The first user's message of the first call, "" where nothing was asked."""
    for entry in recorded.entries:
        if isinstance(entry.event, Asked):
            return question(entry.event.prompt)
    return ""


def right(attempt: Attempt, *, oracle: bool) -> bool | None:
    """By the visible checks; programs that list their answers are not right."""
    evaluation = attempt.evaluation
    if oracle:
        cases = evaluation.cases
        return all(case.passed for case in cases) if cases else None
    if evaluation.verdict is Verdict.UNDECIDED:
        return None
    return passes(attempt)
