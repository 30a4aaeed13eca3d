"""How far a run is: read from its folder alone, also while another process writes it."""

from __future__ import annotations

import fcntl
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.folder import meaning, tasks
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import Layout
from synthd.daemon.bench.record import Kind, Record

_WINDOW = 600.0  # seconds: the rate is that of the last ones
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One suite and one strategy. total: of the whole experiment, None where its tasks were never
    noted. passed: by the held-out tests. broken: attempts, not searches."""

    suite: str
    strategy: str
    total: int | None
    done: int
    passed: int
    broken: int


@dataclass(frozen=True, slots=True)
class Status:
    """writing: another process adds to it now. rate: searches a second, of the last ten minutes
    before the last one was finished. left_seconds: at that rate; None where it is not known or
    nobody writes. money: None where no record has any."""

    folder: Path
    rows: tuple[Row, ...]
    models: tuple[str, ...]
    writing: bool
    rate: float | None
    left_seconds: float | None
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    money: float | None
    last: float | None

    @property
    def done(self) -> int:
        return sum(row.done for row in self.rows)

    @property
    def total(self) -> int | None:
        totals = [row.total for row in self.rows if row.total is not None]
        return sum(totals) if len(totals) == len(self.rows) else None


def status(folder: Path) -> Status:
    """Raises BadInput."""
    layout = Layout(folder)
    layout.exists()
    experiment = meaning.read(layout.experiment)
    totals = _totals(experiment, tasks.read(layout.tasks))
    counting = _Counting()
    for record in RunFolder.records(folder):
        counting.count(record)
    pairs = dict.fromkeys((*totals, *counting.done, *counting.broken))
    rows = tuple(
        Row(
            *pair,
            totals.get(pair),
            counting.done[pair],
            counting.passed[pair],
            counting.broken[pair],
        )
        for pair in pairs
    )
    writing = _being_written(layout.log)
    found = Status(
        folder,
        rows,
        tuple(model.name for model in experiment.models),
        writing,
        counting.rate,
        None,
        counting.prompt_tokens,
        counting.completion_tokens,
        counting.cached_tokens,
        counting.money,
        max(counting.ends, default=None),
    )
    return _with_rest(found)


def _with_rest(found: Status) -> Status:
    if not found.writing or not found.rate or found.total is None:
        return found
    return replace(found, left_seconds=(found.total - found.done) / found.rate)


@dataclass(slots=True)
class _Counting:
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    passed: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: Counter[tuple[str, str]] = field(default_factory=Counter)
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST))
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    money: float | None = None

    def count(self, record: Record) -> None:
        pair = record.suite, record.strategy
        if record.kind is Kind.INFRA:
            self.broken[pair] += 1
            return
        self.done[pair] += 1
        self.passed[pair] += bool(record.passed)
        self.prompt_tokens += record.prompt_tokens
        self.completion_tokens += record.completion_tokens
        self.cached_tokens += record.cached_tokens
        if record.money is not None:
            self.money = (self.money or 0.0) + record.money
        if record.at:
            self.ends.append(record.at)

    @property
    def rate(self) -> float | None:
        last = max(self.ends, default=0.0)
        recent = sorted(at for at in self.ends if at > last - _WINDOW)
        if len(recent) < 2 or recent[0] == last:
            return None
        return (len(recent) - 1) / (last - recent[0])


def _totals(
    experiment: Experiment, noted: Mapping[str, tuple[str, ...]]
) -> dict[tuple[str, str], int | None]:
    """Slices of one suite may overlap: a task counts once."""
    ids: dict[str, set[str] | None] = {}
    for suite in experiment.suites:
        before = ids.setdefault(suite.name, set())
        of = noted.get(suite.text)
        ids[suite.name] = None if of is None or before is None else before | set(of)
    each = len(experiment.models) * len(experiment.seeds) * experiment.samples
    return {
        (name, strategy.label): None if of is None else len(of) * each
        for name, of in ids.items()
        for strategy in experiment.strategies
    }


def _being_written(log: Path) -> bool:
    """Looks by taking the lock for a moment, which writers wait for."""
    try:
        with open(log, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
