"""Programs that a model really wrote: all that were tried in the searches of a run's folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.suites.function import FunctionCase, file_of
from synthd.synth.events import Tried
from synthd.synth.source.errors import SourceError
from synthd.synth.trace.decode import decode


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole program for a task. A program that comes again is there once."""

    task: str
    text: str


def drawn(runs: list[Path], suite: BenchSuite, folder: Path) -> list[Drawn]:
    """folder: for files of the tasks."""
    cases = {case.id: case for case in suite.cases}
    found: dict[Drawn, None] = {}
    for run in runs:
        for record in RunFolder.records(run):
            if record.suite != suite.name or not record.trace:
                continue
            case = cases[record.task]
            assert isinstance(case, FunctionCase)
            for code in _codes(run / record.trace):
                prepared = case.stub.prepared(folder)
                try:
                    program = file_of(prepared, code)
                except SourceError:
                    continue
                found[Drawn(record.task, program.text)] = None
    return list(found)


def _codes(trace: Path) -> Iterator[str]:
    with trace.open(encoding="utf-8") as lines:
        recorded = decode(lines)
    for entry in recorded.entries:
        if isinstance(entry.event, Tried) and entry.event.attempt.candidate.code:
            yield entry.event.attempt.candidate.code
