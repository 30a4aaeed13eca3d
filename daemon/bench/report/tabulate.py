"""From records to a report."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.record import Record
from synthd.daemon.bench.report import telling
from synthd.daemon.bench.report.columns import Arm, Columns
from synthd.daemon.bench.report.figuring import Wanted, column, figures
from synthd.daemon.bench.report.gathering import Gathered
from synthd.daemon.bench.report.pairing import pairs
from synthd.daemon.bench.report.values import Axis, InfraError, Report, SuiteFacts

_MOST_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Source:
    """A run. records: of each key at most one sample, and every `infra` line. tasks: of each
    suite's text in the experiment, its ids; empty where nobody noted them. name: what tables call
    it where there are several."""

    name: str
    records: Iterable[Record]
    experiment: Experiment | None = None
    tasks: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Tabulated:
    """arms: what is behind the figures, search by search."""

    report: Report
    arms: Mapping[Arm, Columns]


def tabulate(
    sources: Sequence[Source],
    wanted: Wanted | None = None,
    *,
    suites: Sequence[SuiteFacts] = (),
    exclude: Mapping[str, Collection[str]] | None = None,
    title: str = "",
) -> Tabulated:
    """Every source is read once, and no record kept. suites: what is known of them beyond the
    experiments. exclude: of each suite's name, the tasks that are left out of everything.

    Raises TooFewSamples for a k that was asked for, and what the sources raise.
    """
    wanted = wanted or Wanted()
    gathered = Gathered()
    several = len(sources) > 1
    expected: dict[Arm, int | None] = {}
    for source in sources:
        run = source.name if several else ""
        gathered.add(run, source.records, exclude)
        expected |= _expected(source, run, exclude or {})
    arms = {arm: gathered.arms[arm] for arm in _ordered(gathered.arms, expected)}
    most = _most(arms)
    found = tuple(
        figures(columns, wanted, _missing(expected.get(arm), columns), most[arm.suite])
        for arm, columns in arms.items()
        if len(columns)
    )
    errors = tuple(InfraError(*pair) for pair in gathered.errors.most_common(_MOST_ERRORS))
    facts = tuple(suites) or _facts(sources, several, gathered.excluded)
    unbegun = {arm: number or 0 for arm, number in expected.items() if arm not in arms}
    report = Report(
        title=title or " and ".join(source.name for source in sources) or "nothing",
        told=telling.told(found, facts, sum(gathered.errors.values()), sum(unbegun.values())),
        figures=found,
        pairs=pairs(found, arms, wanted),
        suites=facts,
        errors=errors,
        settings=telling.settings(sources, wanted),
    )
    return Tabulated(report, arms)


def _expected(
    source: Source, run: str, excluded: Mapping[str, Collection[str]]
) -> dict[Arm, int | None]:
    """How many searches each arm comes to, None where the tasks are unknown; in the order of the
    experiment."""
    experiment = source.experiment
    if experiment is None:
        return {}
    ids: dict[str, set[str] | None] = {}
    for spec in experiment.suites:
        tasks = (source.tasks or {}).get(spec.text)
        held = ids.get(spec.name, set())
        ids[spec.name] = None if tasks is None or held is None else held | set(tasks)
    each = len(experiment.seeds) * experiment.samples
    return {
        Arm(run, suite, strategy.label, model.name): (
            None if tasks is None else each * len(tasks.difference(excluded.get(suite, ())))
        )
        for suite, tasks in ids.items()
        for model in experiment.models
        for strategy in experiment.strategies
    }


def _missing(expected: int | None, columns: Columns) -> int | None:
    return None if expected is None else max(0, expected - len(columns))


def _ordered(arms: Mapping[Arm, Columns], expected: Mapping[Arm, int | None]) -> list[Arm]:
    places = {arm: place for place, arm in enumerate(expected)}
    return sorted(arms, key=lambda arm: (places.get(arm, len(places)), arm))


def _most(arms: Mapping[Arm, Columns]) -> dict[str, dict[Axis, float]]:
    """How far the curves of a suite go. Without money where a price is missing."""
    found: dict[str, dict[Axis, float]] = {}
    for arm, columns in arms.items():
        own = found.setdefault(arm.suite, {})
        for axis in Axis:
            own[axis] = max([own.get(axis, 0.0), *map(float, column(columns, axis))])
    unpriced = {
        arm.suite for arm, columns in arms.items() if any(math.isnan(x) for x in columns.money)
    }
    for suite in unpriced:
        del found[suite][Axis.MONEY]
    return found


def _facts(
    sources: Sequence[Source], several: bool, excluded: Mapping[str, set[str]]
) -> tuple[SuiteFacts, ...]:
    found: list[SuiteFacts] = []
    for source in sources:
        for spec in source.experiment.suites if source.experiment else ():
            ids = (source.tasks or {}).get(spec.text)
            found.append(
                SuiteFacts(
                    run=source.name if several else "",
                    name=spec.name,
                    text=spec.text,
                    sha256=spec.sha256,
                    tasks=None if ids is None else len(ids),
                    excluded=tuple(sorted(excluded.get(spec.name, ()))),
                )
            )
    return tuple(found)
