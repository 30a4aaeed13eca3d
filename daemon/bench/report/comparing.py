"""Two runs side by side: what became better and worse, and what differs in how they were run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.report.columns import Arm, Columns
from synthd.daemon.bench.report.figuring import Wanted, natural
from synthd.daemon.bench.report.pairing import matched, verdicts_of
from synthd.daemon.bench.report.values import Figures
from synthd.synth.metrics.paired import Paired, paired


@dataclass(frozen=True, slots=True)
class Change:
    """One task of one arm: the share of searches that solved it, before and after, of the seeds
    and samples that both runs have."""

    suite: str
    strategy: str
    model: str
    task: str
    before: float
    after: float

    @property
    def gap(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ArmChange:
    """found: second run less first, on the tasks that both have finished. arm: without its run."""

    arm: Arm
    label: str
    found: Paired

    @property
    def before(self) -> float:
        return self.found.second

    @property
    def after(self) -> float:
        return self.found.first


@dataclass(frozen=True, slots=True)
class Difference:
    what: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Compared:
    """regressions, gains: the worst and the best first. only: arms that one run alone has."""

    first: str
    second: str
    arms: tuple[ArmChange, ...]
    regressions: tuple[Change, ...]
    gains: tuple[Change, ...]
    differences: tuple[Difference, ...]
    only: tuple[Arm, ...]


def compare(
    figures: tuple[Figures, ...],
    arms: Mapping[Arm, Columns],
    first: tuple[str, Experiment],
    second: tuple[str, Experiment],
    wanted: Wanted,
) -> Compared:
    """first, second: names of the runs in the arms, and their experiments."""
    by_arm = {one.arm: one for one in figures}
    changed: list[ArmChange] = []
    changes: list[Change] = []
    only: list[Arm] = []
    for arm in by_arm:
        other = replace(arm, run=second[0] if arm.run == first[0] else first[0])
        if other not in by_arm:
            only.append(arm)
        elif arm.run == first[0]:
            after, before = matched(verdicts_of(arms[other]), verdicts_of(arms[arm]))
            found = paired(after, before, wanted.bootstrap)
            if found is not None:
                label = by_arm[other].label
                changed.append(ArmChange(replace(arm, run=""), label, found))
                changes += [
                    Change(arm.suite, label, arm.model, task, before[task], after[task])
                    for task in after
                ]
    changes.sort(key=lambda one: (one.gap, one.suite, natural(one.task), one.strategy))
    return Compared(
        first[0],
        second[0],
        tuple(changed),
        tuple(one for one in changes if one.gap < 0),
        tuple(one for one in reversed(changes) if one.gap > 0),
        differences(first[1], second[1]),
        tuple(only),
    )


def differences(first: Experiment, second: Experiment) -> tuple[Difference, ...]:
    """Everything that was not the same in how they were run."""
    ours, theirs = _flat(first), _flat(second)
    return tuple(
        Difference(what, ours.get(what, "not there"), theirs.get(what, "not there"))
        for what in dict.fromkeys((*ours, *theirs))
        if ours.get(what) != theirs.get(what)
    )


def _flat(experiment: Experiment) -> dict[str, str]:
    found = {
        "seeds": ", ".join(map(str, experiment.seeds)),
        "samples": str(experiment.samples),
        "slots of a search": str(experiment.slots),
        "judge": experiment.judge,
        **{f"budget: {name}": str(x) for name, x in experiment.budget.model_dump().items()},
    }
    for suite in experiment.suites:
        found[f"suite {suite.text}"] = f"data {suite.sha256[:16] or 'unknown'}"
    for model in experiment.models:
        found[f"model {model.name}"] = f"weights {model.identity or 'unknown'}"
    for one in experiment.strategies:
        given = ", ".join(f"{name} = {value}" for name, value in sorted(one.parameters.items()))
        found[f"strategy {one.label}"] = f"{one.name}{f' ({given})' if given else ''}"
    return found
