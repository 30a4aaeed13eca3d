"""What all searches of one process use, opened once: suites, models, judge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from synthd.daemon.bench.case import Case, Tools
from synthd.daemon.bench.endpoints import opened_model, price_of
from synthd.daemon.bench.experiment import Experiment, Price, StrategySpec
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.record import Key
from synthd.daemon.bench.selecting import Selected, select
from synthd.daemon.bench.tools import opened_tools
from synthd.daemon.learning.scoring import opened_scorer
from synthd.synth.ports import Model
from synthd.synth.store.completions import Completions
from synthd.synth.verifiers.scoring import Scorer


@dataclass(frozen=True, slots=True)
class Shared:
    """models, prices: by the models' names in the experiment."""

    place: Place
    selected: Selected
    models: Mapping[str, Model]
    prices: Mapping[str, Price | None]
    tools: Tools
    answers: Completions | None
    scorer: Scorer | None = None

    @property
    def experiment(self) -> Experiment:
        return self.place.experiment

    def case(self, key: Key) -> Case:
        return self.selected.case(key)

    def strategy(self, key: Key) -> StrategySpec:
        return next(s for s in self.experiment.strategies if s.label == key.strategy)


@asynccontextmanager
async def shared(
    place: Place, environment: Mapping[str, str], told: Callable[[str], None]
) -> AsyncIterator[Shared]:
    """told: what the user should know of while it goes on. Raises BadInput and Missing."""
    selected = select(place.experiment, place.data, environment)
    async with AsyncExitStack() as stack:
        tools = await stack.enter_async_context(
            opened_tools(place.settings, workers=place.judges, unsafe=place.unsafe)
        )
        models: dict[str, Model] = {}
        for spec in place.experiment.models:
            models[spec.name] = await opened_model(spec, place, stack, told)
        answers = Completions(place.answers / "completions") if place.answers else None
        prices = {spec.name: price_of(spec) for spec in place.experiment.models}
        scorer = await stack.enter_async_context(_scorer(place))
        yield Shared(place, selected, models, prices, tools, answers, scorer)


def _scorer(place: Place) -> AbstractAsyncContextManager[Scorer | None]:
    """What it says is kept beside the models' answers."""
    verifier = place.experiment.verifier
    kept = place.answers / "estimates" if place.answers else None
    folder = verifier.folder if verifier else None
    return opened_scorer(folder, place.settings, kept, replay=place.replay)
