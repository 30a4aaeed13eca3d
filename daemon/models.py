"""Which model a job uses, and why."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from synthd.daemon.engines.settled import hf_options
from synthd.daemon.exits import Missing
from synthd.daemon.locations import models_dir
from synthd.daemon.settings import Settings
from synthd.daemon.weights.catalogue import CATALOGUE, Weights
from synthd.daemon.weights.folders import Folders
from synthd.daemon.weights.store import Store
from synthd.synth.models import ollama_server
from synthd.synth.models.embedded import EmbeddedModel
from synthd.synth.models.engine import EngineSettings
from synthd.synth.models.errors import ModelError, NoModel, UnknownModel
from synthd.synth.models.hf.options import Options, engine_settings, identity
from synthd.synth.models.names import Backend, ModelName, parse
from synthd.synth.models.ollama import OllamaModel
from synthd.synth.models.remote import RemoteModel
from synthd.synth.ports import Model

DEFAULTS = Options()


class OwnedModel(Model, Protocol):
    """A model whose connections and processes are its owner's to close."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """why completes "MODEL is used because …". Whoever has it must close it."""

    model: OwnedModel
    why: str

    async def aclose(self) -> None:
        await self.model.aclose()


async def settled(settings: Settings, *, named: bool) -> Chosen:
    """What the settings say; named: for this very command. Raises Missing."""
    try:
        return await choose(
            settings.model if named else None,
            settings.model,
            settings.ollama_host,
            models_dir(settings),
            hf=hf_options(settings),
        )
    except ModelError as error:
        raise Missing(str(error)) from None


async def prepared(settings: Settings) -> None:
    """What the settings' model needs at its first use, before `settled`: a copy of `hf/local/…` is
    made, and said so on stderr. May take a minute; downloads nothing. Raises Missing."""
    if not settings.model or (name := parse(settings.model)).backend is not Backend.HF:
        return
    try:
        await Folders(Store(models_dir(settings))).prepare(name, _say)
    except ModelError as error:
        raise Missing(str(error)) from None


async def choose(
    name: str | None,
    default: str | None,
    ollama_host: str | None,
    directory: Path,
    catalogue: tuple[Weights, ...] = CATALOGUE,
    hf: Options = DEFAULTS,
) -> Chosen:
    """The named model, else the configured one, else one that is here already.

    Starts nothing; contacts Ollama only where nothing is named. Raises ModelError.
    """
    host, store = ollama_host or ollama_server.DEFAULT_HOST, Store(directory, catalogue)
    if name:
        return Chosen(make(parse(name), host, store, hf), "it was asked for by name")
    if default:
        return Chosen(make(parse(default), host, store, hf), "it is configured")
    if (model := await _in_ollama(host)) is not None:
        return Chosen(model, "Ollama runs and has it")
    for weights in store.installed():
        return Chosen(_embedded(weights, store), "its weights are on this machine")
    raise NoModel(
        "no model is configured, in a running Ollama, or on disk: "
        f"run `synthd models pull {catalogue[0].name}`"
    )


def make(name: ModelName, ollama_host: str, store: Store, hf: Options = DEFAULTS) -> OwnedModel:
    """A model that has not been contacted or started yet. Raises UnknownModel."""
    if name.backend is Backend.OLLAMA:
        return OllamaModel(name.name, ollama_host)
    if name.backend is Backend.REMOTE:
        return RemoteModel(name.name)
    if name.backend is Backend.HF:
        folders = Folders(store)
        folder = folders.path_of(name)
        whose = identity(folders.identity(name), hf)
        return EmbeddedModel(engine_settings(folder, name.name, hf), whose)
    known = {weights.name: weights for weights in store.catalogue}
    if (weights := known.get(name.name)) is None:
        raise UnknownModel(
            f"there is no local model {name.name!r}: choose one of {', '.join(known)}, "
            f"or write ollama/{name.name} if Ollama has it"
        )
    if not store.has(weights):
        raise UnknownModel(f"{name} is not on this machine: run `synthd models pull {name.name}`")
    return _embedded(weights, store)


async def _in_ollama(host: str) -> OllamaModel | None:
    try:
        names = await ollama_server.models(host, deadline=2.0)
    except ModelError:
        return None
    found = ollama_server.code_model(names)
    return None if found is None else OllamaModel(found, host)


def _embedded(weights: Weights, store: Store) -> EmbeddedModel:
    settings = EngineSettings(store.path_of(weights), weights.name)
    return EmbeddedModel(settings, identity=weights.sha256)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
