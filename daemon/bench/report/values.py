"""What a report says, as values: made by tabulate.py, shown by tables, plots and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from synthd.daemon.bench.report.columns import Arm
from synthd.synth.metrics.curves import Point
from synthd.synth.metrics.interval import Interval
from synthd.synth.metrics.paired import Paired

ORACLE = "oracle"


class Axis(StrEnum):
    """What a search costs; also the names of the columns that it is read from."""

    ATTEMPTS = "programs"
    TOKENS = "completion_tokens"
    CALLS = "model_calls"
    SECONDS = "seconds"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Counted:
    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Sums. cached: of the completion tokens, those that were not drawn anew. money: US dollars,
    None where some search has no known price."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    model_calls: int
    programs: int
    seconds: float
    judge_seconds: float
    cpu_seconds: float
    money: float | None


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """One task of one arm. rate: solved of searches. fooled: visible pass, held-out fail."""

    task: str
    searches: int
    solved: int
    fooled: int
    timeouts: int
    cost: Cost

    @property
    def rate(self) -> float:
        return self.solved / self.searches


@dataclass(frozen=True, slots=True)
class SeedMean:
    seed: int
    solved: float
    searches: int


@dataclass(frozen=True, slots=True)
class PassAt:
    k: int
    value: Interval


@dataclass(frozen=True, slots=True)
class Curve:
    axis: Axis
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All about one arm.

    oracle: searches that held-out tests could end. solved: over tasks, of each the mean over its
    seeds and samples. selector: of the programs that the visible checks accept, the share that
    passes held-out tests; None where none was accepted. steered: searches in which anything visible
    decided. timeouts: programs that the held-out tests ended for time. out_of_time: searches that
    ended by their time. missing: searches not done yet, None where nobody knows.
    """

    arm: Arm
    searches: int
    oracle: int
    solved: Interval
    seeds: tuple[SeedMean, ...]
    pass_at: tuple[PassAt, ...]
    steered: int
    visible: int
    selector: Interval | None
    timeouts: int
    out_of_time: int
    in_process: int
    estimated: int
    infra: int
    missing: int | None
    outcomes: tuple[Counted, ...]
    stops: tuple[Counted, ...]
    cost: Cost
    tasks: tuple[TaskFigures, ...]
    curves: tuple[Curve, ...]
    turns: tuple[Point, ...]

    @property
    def label(self) -> str:
        """In every table, plot and legend: an oracle's figures are nobody else's."""
        return f"{self.arm.strategy} [{ORACLE}]" if self.oracle else self.arm.strategy

    @property
    def solved_searches(self) -> int:
        return sum(one.solved for one in self.tasks)


@dataclass(frozen=True, slots=True)
class Pair:
    """first less second, on the tasks that both have finished."""

    first: Arm
    second: Arm
    found: Paired


@dataclass(frozen=True, slots=True)
class SuiteFacts:
    """As far as they are known. tasks: of the experiment, None where nobody noted them. excluded:
    left out of all figures here, by the report's own options."""

    run: str
    name: str
    text: str
    sha256: str
    tasks: int | None
    title: str = ""
    version: str = ""
    licence: str = ""
    split: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    note: str = ""
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InfraError:
    error: str
    number: int


@dataclass(frozen=True, slots=True)
class Report:
    """figures: in the order of suites and strategies of the experiments. pairs: of arms of the same
    run, suite and model. errors: why attempts broke, the most frequent first. told: what a reader
    has to know first, one sentence each; the first says whether the run is complete."""

    title: str
    told: tuple[str, ...]
    figures: tuple[Figures, ...]
    pairs: tuple[Pair, ...]
    suites: tuple[SuiteFacts, ...]
    errors: tuple[InfraError, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.arm.run for one in self.figures))

    def of(self, run: str, suite: str) -> tuple[Figures, ...]:
        return tuple(one for one in self.figures if (one.arm.run, one.arm.suite) == (run, suite))
