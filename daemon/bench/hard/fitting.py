"""Whether a hard subset is of the data and of the model that are searched with."""

from __future__ import annotations

from collections.abc import Iterator

from synthd.daemon.bench.experiment import Experiment, ModelSpec, Subset, SuiteSpec
from synthd.daemon.exits import BadInput


def same_data(spec: SuiteSpec, sha256: str) -> None:
    """Raises BadInput where the subset is of other data than these."""
    subset = spec.subset
    if subset is not None and subset.sha256 != sha256:
        raise BadInput(
            f"{spec.text}: its tasks were found in other data of {spec.name} (SHA-256 "
            f"{subset.sha256[:12]}…, and here it is {sha256[:12]}…): make the subset anew with "
            "`synthd bench hard-subset`"
        )


def told(experiment: Experiment) -> Iterator[str]:
    """What a reader has to know: that the tasks are hard for another model than the one that is
    searched with. Raises BadInput where it is the model's name, with other weights."""
    for spec in experiment.suites:
        if spec.subset is not None:
            for model in experiment.models:
                yield from _told(spec, spec.subset, model)


def _told(spec: SuiteSpec, subset: Subset, model: ModelSpec) -> Iterator[str]:
    differs = subset.identity and model.identity and subset.identity != model.identity
    if subset.model != model.name:
        yield (
            f"{spec.text}: these are the tasks that {subset.model} fails by "
            f"{subset.strategy.label}, which say less about {model.name}"
        )
    elif differs:
        raise BadInput(
            f"{spec.text}: its tasks were found with other weights of {model.name} "
            f"({subset.identity[:20]}…, and now they are {model.identity[:20]}…): make the subset "
            "anew with `synthd bench hard-subset`"
        )
