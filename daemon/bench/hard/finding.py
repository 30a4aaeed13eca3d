"""Finds hard subsets in finished runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bench.experiment import Experiment, ModelSpec, StrategySpec, Subset
from synthd.daemon.bench.folder import meaning, tasks
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import Layout
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.exits import BadInput


@dataclass(frozen=True, slots=True)
class Wanted:
    """strategy: its label in the runs. suites, models: their names; none for all."""

    strategy: str
    suites: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tally:
    """Searches of each (suite, model, task)."""

    done: Counter[tuple[str, str, str]]
    passed: Counter[tuple[str, str, str]]


def find(folders: Iterable[Path], wanted: Wanted) -> tuple[Subset, ...]:
    """Of each suite and model one, in the order of the runs. Raises BadInput where a run lacks the
    strategy, or is not finished: a task that was never searched is neither hard nor easy."""
    found: dict[tuple[str, str], Subset] = {}
    for folder in folders:
        for subset in _of_run(folder, wanted):
            before = found.setdefault((subset.suite, subset.model), subset)
            if before is not subset:
                raise BadInput(
                    f"{before.run} and {subset.run} both have {subset.suite} with {subset.model}: "
                    "name one of them, or make one run of them with `synthd bench merge`"
                )
    if not found:
        named = ", ".join((*wanted.suites, *wanted.models))
        raise BadInput(f"no run has searches of {named or 'anything'}")
    return tuple(found.values())


def _of_run(folder: Path, wanted: Wanted) -> list[Subset]:
    layout = Layout(folder)
    layout.exists()
    experiment = meaning.read(layout.experiment)
    strategy = _strategy(experiment, wanted.strategy, folder)
    ids = _ids(experiment, tasks.read(layout.tasks), folder)
    tally = _tallied(RunFolder.records(folder), wanted.strategy)
    return [
        _subset(experiment, strategy, model, suite, listed, tally, folder)
        for suite, listed in ids.items()
        if not wanted.suites or suite in wanted.suites
        for model in experiment.models
        if not wanted.models or model.name in wanted.models
    ]


def _strategy(experiment: Experiment, label: str, folder: Path) -> StrategySpec:
    labels = [one.label for one in experiment.strategies]
    if label not in labels:
        raise BadInput(
            f"{folder} has no searches of {label}, only of {', '.join(labels)}: name one of them "
            f"with --strategy, or add it: synthd bench run --strategy {label} --out {folder} …"
        )
    return experiment.strategies[labels.index(label)]


def _ids(
    experiment: Experiment, noted: dict[str, tuple[str, ...]], folder: Path
) -> dict[str, tuple[str, ...]]:
    """Of each suite, in its own order; slices of one suite may overlap."""
    found: dict[str, dict[str, None]] = {}
    for spec in experiment.suites:
        if spec.text not in noted:
            raise BadInput(
                f"{folder} does not say which tasks {spec.text} has: `synthd bench resume {folder}`"
            )
        found.setdefault(spec.name, {}).update(dict.fromkeys(noted[spec.text]))
    return {suite: tuple(ids) for suite, ids in found.items()}


def _tallied(records: Iterable[Record], label: str) -> _Tally:
    tally = _Tally(Counter(), Counter())
    for record in records:
        if record.strategy == label and record.kind is not Kind.INFRA and record.passed is not None:
            place = record.suite, record.model, record.task
            tally.done[place] += 1
            tally.passed[place] += record.passed
    return tally


def _subset(
    experiment: Experiment,
    strategy: StrategySpec,
    model: ModelSpec,
    suite: str,
    ids: tuple[str, ...],
    tally: _Tally,
    folder: Path,
) -> Subset:
    each = len(experiment.seeds) * experiment.samples
    lacking = sum(max(0, each - tally.done[suite, model.name, task]) for task in ids)
    if lacking:
        raise BadInput(
            f"{folder}: {lacking:,} of {each * len(ids):,} searches of {strategy.label} on {suite} "
            f"with {model.name} are not finished: `synthd bench resume {folder}` goes on with them"
        )
    return Subset(
        suite=suite,
        sha256=next(spec.sha256 for spec in experiment.suites if spec.name == suite),
        model=model.name,
        identity=model.identity,
        strategy=strategy,
        budget=experiment.budget,
        seeds=experiment.seeds,
        samples=experiment.samples,
        judge=experiment.judge,
        run=str(folder),
        of=len(ids),
        tasks=tuple(task for task in ids if not tally.passed[suite, model.name, task]),
    )
