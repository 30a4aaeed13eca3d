"""The composition root of a search: settings in, model, strategy, budget and judge out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from synthd.daemon.exits import BadInput
from synthd.daemon.isolating import isolation
from synthd.daemon.learning.optimizers import pinned
from synthd.daemon.learning.scoring import opened_scorer
from synthd.daemon.models import OwnedModel, prepared, settled
from synthd.daemon.recording import Recording, Resumable
from synthd.daemon.settings import Settings
from synthd.daemon.setup import Setup
from synthd.daemon.traces.kept import Told, Tracing
from synthd.synth.budget import Budget
from synthd.synth.ports import Model
from synthd.synth.pruning import Pruning
from synthd.synth.strategies import registry
from synthd.synth.verifiers.scoring import Scorer


@dataclass(frozen=True, slots=True)
class Composed:
    settings: Settings
    setup: Setup
    why_model: str

    def announcement(self) -> str:
        """What is about to happen, with what, and what it may cost: nothing runs silently."""
        setup, budget = self.setup, self.setup.budget
        return (
            f"model {setup.model.name} at {setup.model.endpoint} ({self.why_model}); "
            f"strategy {setup.strategy_name}; sandbox {setup.detection.level}\n"
            f"budget for each function: {budget.programs} programs, {budget.seconds:g} s, "
            f"{budget.tokens} completion tokens"
        )


@asynccontextmanager
async def compose(
    settings: Settings,
    parameters: Iterable[str] = (),
    *,
    unsafe: bool = False,
    named: bool = False,
    recording: Recording | Resumable | None = None,
    tracing: Tracing | Told | None = None,
    through: Callable[[OwnedModel], Model] | None = None,
    spent: float = 0.0,
    pruning: Pruning | None = None,
) -> AsyncIterator[Composed]:
    """Everything a search needs; stops the model at the end. Raises BadInput and Missing.

    named: the model was named for this very command, rather than configured. through: what is
    asked instead of the model. spent: seconds of the budget that an earlier attempt took. pruning:
    what is cut off of the search meanwhile.
    """
    try:
        given = _parameters(settings, parameters)
        strategy = registry.build(settings.strategy, given)
        extraction = registry.extraction(settings.strategy, given)
    except registry.BadStrategy as error:
        raise BadInput(str(error)) from None
    detection = await isolation(unsafe=unsafe)
    await prepared(settings)
    async with AsyncExitStack() as stack:
        chosen = await settled(settings, named=named)
        stack.push_async_callback(chosen.aclose)
        setup = Setup(
            model=through(chosen.model) if through else chosen.model,
            strategy=strategy,
            strategy_name=settings.strategy,
            budget=Budget(settings.max_programs, settings.max_seconds, settings.max_tokens),
            seed=settings.seed,
            limits=settings.limits,
            detection=detection,
            unsafe=unsafe,
            recording=recording,
            tracing=tracing,
            tested_seconds=settings.tested_seconds,
            extraction=extraction,
            spent=spent,
            pruning=pruning or Pruning(),
            scorer=await stack.enter_async_context(_scorer(settings, recording)),
        )
        yield Composed(settings, setup, chosen.why)


def _scorer(
    settings: Settings, recording: Recording | Resumable | None
) -> AbstractAsyncContextManager[Scorer | None]:
    """What it says is kept beside the model's answers."""
    kept = recording.folder / "estimates" if recording else None
    replay = isinstance(recording, Recording) and recording.replay
    return opened_scorer(settings.verifier, settings, kept, replay=replay)


def _parameters(settings: Settings, given: Iterable[str]) -> dict[str, str | int | float | bool]:
    """The strategy's own parameters: from the config, then from --set NAME.KEY=VALUE."""
    values: dict[str, str | int | float | bool] = dict(
        settings.parameters.get(settings.strategy, {})
    )
    for text in given:
        key, equals, value = text.partition("=")
        name, dot, parameter = key.strip().partition(".")
        if not equals or not dot or not parameter:
            raise BadInput(f"--set {text!r}: write STRATEGY.PARAMETER=VALUE")
        if name not in registry.STRATEGIES:
            known = ", ".join(registry.STRATEGIES)
            raise BadInput(f"--set {text!r}: no strategy {name!r}; there are: {known}")
        if name == settings.strategy:
            values[parameter] = value
        else:
            raise BadInput(f"--set {text!r}: the strategy of this search is {settings.strategy}")
    return pinned(settings.strategy, values)
