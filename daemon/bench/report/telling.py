"""What a reader has to know before any figure: is it complete, and what do the figures rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synthd.daemon.bench.experiment import Experiment, Subset
from synthd.daemon.bench.report.figuring import Wanted
from synthd.daemon.bench.report.values import Figures, SuiteFacts

if TYPE_CHECKING:
    from synthd.daemon.bench.report.tabulate import Source


def told(
    figures: Sequence[Figures], suites: Sequence[SuiteFacts], infra: int, unbegun: int
) -> tuple[str, ...]:
    searches = sum(one.searches for one in figures)
    lines = [_complete(figures, searches, unbegun)]
    oracles = sorted({one.label for one in figures if one.oracle})
    if oracles:
        lines.append(
            f"Held-out tests could end the searches of {', '.join(oracles)}: an oracle, an upper "
            "bound that nobody has in use. It is labelled wherever it stands."
        )
    if infra:
        lines.append(
            f"{_number(infra, 'attempt')} broke through no fault of a program (a model or a judge "
            "that failed): counted apart, never scored."
        )
    if inside := sum(one.in_process for one in figures):
        lines.append(
            f"{inside:,} of {searches:,} verdicts come from tests that ran in the program's own "
            "process, where a cheat could hide."
        )
    if estimated := sum(one.estimated for one in figures):
        lines.append(
            f"In {_number(estimated, 'search', 'es')} token counts are estimates, since the "
            "model's server gave none."
        )
    if excluded := sum(len(one.excluded) for one in suites):
        lines.append(f"{_number(excluded, 'task')} left out of all figures here as contaminated.")
    return tuple(lines)


def _complete(figures: Sequence[Figures], searches: int, unbegun: int) -> str:
    if not figures:
        return "Nothing is finished yet: there are no figures."
    missing = unbegun + sum(one.missing or 0 for one in figures)
    if missing:
        return (
            f"UNFINISHED: {missing:,} of {missing + searches:,} searches are missing. Figures are "
            "over what is there, and strategies may stand on different tasks; pairs do not."
        )
    if any(one.missing is None for one in figures):
        return f"{_number(searches, 'search', 'es')}; nobody noted how many there should be."
    return f"Complete: all {_number(searches, 'search', 'es')} are there."


def settings(sources: Sequence[Source], wanted: Wanted) -> dict[str, str]:
    """What was asked for, in words, and how the intervals were made."""
    each = [
        (source.name, _asked(source.experiment))
        for source in sources
        if source.experiment is not None
    ]
    found: dict[str, str] = {}
    for what in dict.fromkeys(what for _, asked in each for what in asked):
        how = {name: asked.get(what, "not there") for name, asked in each}
        if len(set(how.values())) == 1:
            found[what] = next(iter(how.values()))
        else:
            found |= {f"{what} ({name})": one for name, one in how.items()}
    drawn = wanted.bootstrap
    found["intervals"] = (
        f"95 %: percentile bootstrap over tasks, {drawn.resamples:,} resamples, seed {drawn.seed}; "
        "of shares of searches Wilson's; bands of curves: 1.96 standard errors over tasks"
    )
    return found


def _asked(experiment: Experiment) -> dict[str, str]:
    budget = experiment.budget
    found = {
        "seeds": ", ".join(map(str, experiment.seeds)),
        "samples of each": str(experiment.samples),
        "budget of a search": (
            f"{budget.programs:,} programs, {budget.tokens:,} completion tokens "
            f"({budget.tokens_per_call:,} a call), {budget.seconds:,.0f} s"
        ),
        "completions at once": str(experiment.slots),
    }
    for spec in experiment.suites:
        if spec.subset is not None:
            found[f"tasks of {spec.text}"] = _subset(spec.subset)
    if experiment.judge:
        found["judge"] = experiment.judge
    for model in experiment.models:
        weights = f" (weights {model.identity})" if model.identity else ""
        price = model.price
        cost = f", ${price.prompt:g} + ${price.completion:g} for a million tokens" if price else ""
        found[f"model {model.name}"] = f"{model.name}{weights}{cost}"
    for strategy in experiment.strategies:
        given = ", ".join(f"{name} = {value}" for name, value in strategy.parameters.items())
        found[f"strategy {strategy.label}"] = f"{strategy.name}{f' ({given})' if given else ''}"
    return found


def _subset(subset: Subset) -> str:
    weights = f" (weights {subset.identity})" if subset.identity else ""
    return (
        f"{len(subset.tasks):,} of {subset.of:,} tasks that {subset.model}{weights} fails by "
        f"{subset.strategy.label}, found in {subset.run}"
    )


def _number(count: int, what: str, plural: str = "s") -> str:
    return f"{count:,} {what}{'' if count == 1 else plural}"
