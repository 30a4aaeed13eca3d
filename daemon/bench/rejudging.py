"""Judges all programs of a run again, without asking any model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synthd.daemon.bench.case import Case, Score, Tools
from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.folder import meaning
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.record import Key, Kind, Record
from synthd.daemon.bench.selecting import Selected, select
from synthd.daemon.bench.tools import opened_tools
from synthd.daemon.bulk.judge_name import judge_name
from synthd.daemon.exits import BadInput, Failure
from synthd.daemon.settings import Settings
from synthd.synth.concurrently import concurrently

# What a verdict may take beyond the judge's own limits, on a machine that is busy.
_PATIENCE = 1800.0


@dataclass(frozen=True, slots=True)
class Again:
    """What judges. workers: processes that judge; jobs: programs in flight."""

    settings: Settings
    data: Path | None = None
    workers: int | None = None
    jobs: int = 32
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    key: Key
    was: bool | None
    now: bool | None
    outcome: str


@dataclass(slots=True)
class Rejudged:
    """judged: with a verdict. undecided: without, so that the old one stands. lost: programs whose
    text is not there. judge: was another one, and is the folder's from now on."""

    total: int = 0
    judged: int = 0
    undecided: int = 0
    lost: int = 0
    changes: list[Change] = field(default_factory=list)
    judge_changed: bool = False


async def rejudge(
    path: Path,
    again: Again,
    environment: Mapping[str, str],
    told: Callable[[Rejudged], None],
) -> Rejudged:
    """A new verdict is a line of its own in the log; cut off, it has judged some. Raises BadInput
    before anything runs, and Missing."""
    with RunFolder.open(path) as folder:
        before = folder.experiment
        selected = select(before, again.data, environment)
        _same_data(before, selected.known(before))
        rejudging = _Rejudging(folder, selected, told)
        rejudging.found.total = folder.samples
        async with opened_tools(
            again.settings, workers=again.workers, unsafe=again.unsafe
        ) as tools:
            await rejudging.all(path, tools, again.jobs)
        found, name = rejudging.found, judge_name(again.settings)
        found.judge_changed = bool(before.judge) and name != before.judge
        if not found.undecided and not found.lost:
            folder.judged_by(name)
        return found


def _same_data(was: Experiment, now: Experiment) -> None:
    try:
        meaning.merged(was, now)
    except meaning.Differs as difference:
        raise BadInput(
            f"{difference}. Verdicts by other tests are another experiment: name with --data the "
            "folder that the run used"
        ) from None


class _Rejudging:
    def __init__(
        self, folder: RunFolder, selected: Selected, told: Callable[[Rejudged], None]
    ) -> None:
        self.found = Rejudged()
        self._folder = folder
        self._selected = selected
        self._told = told

    async def all(self, path: Path, tools: Tools, jobs: int) -> None:
        waiting = self._waiting(path)

        async def work() -> None:
            for record, case, program in waiting:
                self._keep(record, await _scored(case, program, tools))
                self._told(self.found)

        await concurrently(work() for _ in range(jobs))

    def _waiting(self, path: Path) -> Iterator[tuple[Record, Case, str]]:
        """Read no faster than programs are judged. A search without a program failed, and does."""
        for record in RunFolder.records(path):
            if record.kind is not Kind.SAMPLE:
                continue
            if not record.program:
                self.found.judged += 1
                continue
            try:
                yield (
                    record,
                    self._selected.case(record.key),
                    self._folder.program(record.program),
                )
            except (BadInput, LookupError):
                self.found.lost += 1

    def _keep(self, record: Record, score: Score) -> None:
        if score.passed is None:
            self.found.undecided += 1
            return
        self.found.judged += 1
        self._folder.append(Finished(_line(record, score)))
        if score.passed != record.passed:
            self.found.changes.append(
                Change(record.key, record.passed, score.passed, score.outcome)
            )


async def _scored(case: Case, program: str, tools: Tools) -> Score:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await case.score(program, tools)
    except (Failure, TimeoutError) as error:
        return Score(None, "", error=str(error))


def _line(record: Record, score: Score) -> Record:
    key = record.key
    return Record(
        kind=Kind.REJUDGED,
        suite=key.suite,
        task=key.task,
        strategy=key.strategy,
        model=key.model,
        seed=key.seed,
        sample=key.sample,
        program=record.program,
        passed=score.passed,
        outcome=score.outcome,
        executed=score.executed,
        declared=score.declared,
        in_process=score.in_process,
        cpu_seconds=round(score.cpu_seconds, 3),
        at=round(time.time(), 1),
    )
