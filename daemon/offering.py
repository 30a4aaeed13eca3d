"""What a job would run with, and what there is to pick: for an editor, before anything starts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from synthd.daemon import asked, picked
from synthd.daemon.exits import Failure
from synthd.daemon.picked import Picked, picked_file
from synthd.daemon.settings import Settings
from synthd.lsp.engine import Forecast, Option, Options, Request
from synthd.synth.source.errors import SourceError

QUICK = 1.0  # seconds in which Ollama answers, or is left out
MODELS = 3.0  # seconds in which it is known which model it would be

# Seconds that the latest jobs took, of a model and a strategy.
Past = Callable[[str, str], Awaitable[Sequence[float]]]


async def none(model: str, strategy: str) -> Sequence[float]:
    return ()


@dataclass(slots=True)
class Offering:
    """Of one environment. path: of what was picked last."""

    environment: Mapping[str, str] = field(repr=False)
    path: Path = field(default_factory=picked_file)
    _sandbox: str = ""

    def picked(self) -> Picked:
        return picked.load(self.path)

    async def choose(self, model: str, strategy: str) -> None:
        """Empty: as it was. Raises OSError."""
        new = Picked(model, strategy)

        def keep() -> None:
            picked.keep(self.path, new.or_else(self.picked()))

        await asyncio.to_thread(keep)

    async def forecast(self, request: Request, past: Past = none) -> Forecast:
        found = await asyncio.to_thread(self._forecast, request)
        times = await past(found.model, found.strategy) if found.model else ()
        expected = round(median(times), 1) if times else None
        return replace(found, expected=expected, jobs=len(times))

    async def options(self, request: Request) -> Options:
        return await asyncio.to_thread(self._options, request)

    # ---------------------------------------------------------------- in threads

    def _forecast(self, request: Request) -> Forecast:
        try:
            settings = asked.settings(request, self.picked(), self.environment)
        except (Failure, SourceError) as problem:
            return Forecast(
                request.model, "", request.strategy, 0, 0.0, 0, None, problem=str(problem)
            )
        found = Forecast(
            model=settings.model or "",
            endpoint="",
            strategy=settings.strategy,
            programs=settings.max_programs,
            seconds=settings.max_seconds,
            tokens=settings.max_tokens,
            expected=None,
        )
        try:
            _check_strategy(settings)
            name, endpoint = asyncio.run(_model(settings))
            found = replace(found, model=name, endpoint=endpoint)
            return replace(found, sandbox=self._isolation())
        except Failure as problem:
            return replace(found, problem=str(problem))

    def _isolation(self) -> str:
        from synthd.daemon.isolating import isolation

        if not self._sandbox:
            self._sandbox = str(asyncio.run(isolation(unsafe=False)).level)
        return self._sandbox

    def _options(self, request: Request) -> Options:
        from synthd.synth.strategies import registry

        strategies = tuple(Option(name, registry.summary(name)) for name in registry.STRATEGIES)
        try:
            settings = asked.settings(request, self.picked(), self.environment)
        except (Failure, SourceError):  # which the next job says
            settings = Settings()
        models = asyncio.run(_models(settings))
        try:
            current, _ = asyncio.run(_model(settings))
        except Failure:
            current = settings.model or ""
        return Options(models, strategies, current, settings.strategy)


def _check_strategy(settings: Settings) -> None:
    """Raises BadInput."""
    from synthd.daemon.exits import BadInput
    from synthd.synth.strategies import registry

    try:
        registry.build(settings.strategy, settings.parameters.get(settings.strategy, {}))
    except registry.BadStrategy as error:
        raise BadInput(str(error)) from None


async def _model(settings: Settings) -> tuple[str, str]:
    """Name and endpoint. Starts nothing. Raises Missing."""
    from synthd.daemon.exits import Missing
    from synthd.daemon.models import settled

    try:
        async with asyncio.timeout(MODELS):
            chosen = await settled(settings, named=False)
    except TimeoutError:
        raise Missing("Ollama does not answer: name a model") from None
    try:
        return chosen.model.name, chosen.model.endpoint
    finally:
        await chosen.aclose()


async def _models(settings: Settings) -> tuple[Option, ...]:
    found = [*_local(settings), *await _of_ollama(settings)]
    if settings.model and settings.model not in {option.name for option in found}:
        found += _configured(settings.model)
    return tuple(sorted(found, key=lambda option: not option.ready))


def _local(settings: Settings) -> list[Option]:
    from synthd.daemon.locations import models_dir
    from synthd.daemon.weights.catalogue import CATALOGUE
    from synthd.daemon.weights.store import Store

    store, found = Store(models_dir(settings)), []
    for weights in CATALOGUE:
        size = f"{weights.size / 1e6:,.0f} MB"
        ready = store.has(weights)
        note = f"this machine · {size}"
        if not ready:
            note = f"not installed ({size}): `synthd models pull {weights.name}`"
        found.append(Option(f"local/{weights.name}", note, ready))
    return found


async def _of_ollama(settings: Settings) -> list[Option]:
    """Asked where it is on this machine, or the user has said where it is."""
    from synthd.daemon.locations import ollama_host
    from synthd.synth.models import ollama_server
    from synthd.synth.models.errors import ModelError
    from synthd.synth.models.scrub import address

    host = ollama_host(settings)
    try:
        names = await ollama_server.models(host, deadline=QUICK)
    except ModelError:
        return []
    return [Option(f"ollama/{name}", f"Ollama at {address(host)}") for name in names]


def _configured(name: str) -> list[Option]:
    from synthd.synth.models.errors import ModelError
    from synthd.synth.models.names import Backend, parse

    try:
        model = parse(name)
    except ModelError:
        return []
    remote = model.backend is Backend.REMOTE
    return [Option(name, "remote: prompts leave this machine")] if remote else []
