"""The suites of an experiment, read, and cut to what the experiment wants of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite, Case
from synthd.daemon.bench.experiment import Experiment, SuiteSpec
from synthd.daemon.bench.hard.fitting import same_data
from synthd.daemon.bench.record import Key
from synthd.daemon.exits import BadInput
from synthd.synth.ports import Model, tunes
from synthd.synth.strategies import registry
from synthd.synth.strategies.fttt import Fttt
from synthd.synth.strategies.optune import Optune

LEARNING = (Fttt, Optune)  # at test time


@dataclass(frozen=True, slots=True)
class Selected:
    """tasks: of each suite as it was written, the ids that are wanted."""

    suites: Mapping[str, BenchSuite]
    tasks: Mapping[str, tuple[str, ...]]
    cases: Mapping[tuple[str, str], Case]

    def case(self, key: Key) -> Case:
        """Raises LookupError."""
        return self.cases[key.suite, key.task]

    def known(self, experiment: Experiment) -> Experiment:
        """With the hashes of the data that was read."""
        suites = tuple(
            spec.model_copy(update={"sha256": self.suites[spec.name].sha256})
            for spec in experiment.suites
        )
        return experiment.model_copy(update={"suites": suites})

    def keys(self, experiment: Experiment) -> Iterator[Key]:
        return experiment.keys(dict(self.tasks))


def select(experiment: Experiment, data: Path | None, environment: Mapping[str, str]) -> Selected:
    """Raises BadInput and Missing."""
    from synthd.daemon.bench.suites import catalogue

    suites: dict[str, BenchSuite] = {}
    tasks: dict[str, tuple[str, ...]] = {}
    cases: dict[tuple[str, str], Case] = {}
    for spec in experiment.suites:
        if spec.name not in suites:
            suites[spec.name] = catalogue.load(spec.name, data, environment)
            cases |= {(spec.name, case.id): case for case in suites[spec.name].cases}
        tasks[spec.text] = _wanted(spec, suites[spec.name])
    return Selected(suites, tasks, cases)


def unmet(experiment: Experiment, selected: Selected) -> tuple[str, ...]:
    """Which strategy cannot be used on which suite, and why; the first task of each stands for
    the others that say the same."""
    found: dict[tuple[str, str, str], str] = {}
    ranking = _ranking(experiment)
    for spec in experiment.strategies:
        strategy = registry.build(spec.name, spec.parameters)
        for suite in experiment.suites:
            for task in selected.tasks[suite.text]:
                why = selected.cases[suite.name, task].unmet(strategy)
                if why:
                    found.setdefault((spec.label, suite.name, why), task)
    return ranking + tuple(
        f"{label} cannot be used on {suite} ({task}): {why}"
        for (label, suite, why), task in found.items()
    )


def _ranking(experiment: Experiment) -> tuple[str, ...]:
    """Which strategies need a learned verifier where there is none."""
    if experiment.verifier is not None:
        return ()
    return tuple(
        f"{spec.label} ranks by a learned verifier, and none is given: name its folder with "
        "--verifier, or choose another way to select programs"
        for spec in experiment.strategies
        if getattr(registry.build(spec.name, spec.parameters), "estimates", False)
    )


def unmet_by(model: Model, experiment: Experiment) -> tuple[str, ...]:
    """Which strategies need of a model what this one cannot do: change its weights."""
    if tunes(model):
        return ()
    return tuple(
        f"{spec.label} changes weights, and {model.name} gives none of its own: use a model hf/…, "
        "or another strategy"
        for spec in experiment.strategies
        if isinstance(registry.build(spec.name, spec.parameters), LEARNING)
    )


def _wanted(spec: SuiteSpec, suite: BenchSuite) -> tuple[str, ...]:
    same_data(spec, suite.sha256)
    ids = tuple(case.id for case in suite.cases)
    try:
        wanted = spec.of(ids)
    except LookupError as error:
        name = str(error.args[0])
        left_out = next((one.why for one in suite.left_out if one.id == name), "")
        if left_out:
            raise BadInput(f"{suite.name} leaves {name} out: {left_out}") from None
        near = get_close_matches(name, ids, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise BadInput(f"{suite.name} has no task {name!r}.{hint}") from None
    if not wanted:
        raise BadInput(f"{spec.text}: no task of the {len(ids)} is in it")
    return wanted
