"""`synthd models`: list, pull, rm, default."""

from __future__ import annotations

import json as jsonlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

from synthd.daemon import config
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err, out
from synthd.daemon.config_file import set_model
from synthd.daemon.exits import BadInput, Exit, Missing
from synthd.daemon.locations import models_dir, ollama_host, user_config_file
from synthd.daemon.settings import Settings
from synthd.daemon.weights import CATALOGUE, Phase, PullError, PullProgress, Store, find, pull
from synthd.daemon.weights.errors import UnknownWeights
from synthd.daemon.weights.folders import Folders
from synthd.synth.models import ollama_server
from synthd.synth.models.errors import ModelError
from synthd.synth.models.names import Backend, Form, ModelName, form, parse
from synthd.synth.models.scrub import address

NOT_OURS = "is a remote model: there is nothing to keep on this machine"


def list_models(*, json: bool) -> NoReturn:
    finish(lambda: _list(json))


def pull_model(name: str) -> NoReturn:
    finish(lambda: _pull(_parsed(name)))


def remove(name: str) -> NoReturn:
    finish(lambda: _remove(_parsed(name)))


def default(name: str | None) -> NoReturn:
    finish(lambda: _default(name))


def _settings() -> Settings:
    return config.load(Path.cwd(), user_config_file(), os.environ, {}).settings


def _parsed(name: str) -> ModelName:
    try:
        return parse(name)
    except ModelError as error:
        raise BadInput(str(error)) from None


async def _list(json: bool) -> Exit:
    settings = _settings()
    chosen = str(parse(settings.model)) if settings.model else ""
    async for name, state, size in _known(settings):
        is_default = name == chosen
        if json:
            row = {"name": name, "state": state, "bytes": size, "default": is_default}
            print(jsonlib.dumps({"schema": 1, **row}))
            continue
        amount = f"{size / 1e6:,.0f} MB" if size else ""
        mark = "  (default)" if is_default else ""
        out().print(f"{name:<28} {amount:>9}  {state}{mark}", markup=False)
    return Exit.VERIFIED


async def _known(settings: Settings) -> AsyncIterator[tuple[str, str, int]]:
    """(name, state, bytes): what is here, and what a pull would get."""
    store = Store(models_dir(settings))
    for weights in CATALOGUE:
        state = "installed" if store.has(weights) else f"synthd models pull {weights.name}"
        yield f"local/{weights.name}", state, weights.size
    for copy in Folders(store).copies():
        yield str(copy.name), "installed", copy.bytes
    try:
        for name in await ollama_server.models(ollama_host(settings), deadline=2.0):
            yield f"ollama/{name}", "installed", 0
    except ModelError:
        return  # No Ollama runs; `synthd doctor` says so.


async def _pull(name: ModelName) -> Exit:
    settings = _settings()
    try:
        match name.backend:
            case Backend.LOCAL:
                await _pull_weights(name.name, Store(models_dir(settings)))
            case Backend.OLLAMA:
                await _pull_from_ollama(name.name, ollama_host(settings))
            case Backend.HF:
                await _pull_folder(name, Folders(Store(models_dir(settings))))
            case Backend.REMOTE:
                raise BadInput(f"{name} {NOT_OURS}")
    except UnknownWeights as error:
        raise BadInput(f"{error}; what Ollama has is ollama/NAME") from None
    except (PullError, ModelError) as error:
        raise Missing(str(error)) from None
    return Exit.VERIFIED


async def _pull_weights(name: str, store: Store) -> None:
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    weights = find(name)
    if store.has(weights):
        out().print(f"{name} is installed: {store.path_of(weights)}", markup=False)
        return
    console = err()
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(TextColumn("{task.description}"), *columns, console=console) as bar:
        task = bar.add_task(name, total=weights.size)
        told = ""

        def tell(step: PullProgress) -> None:
            nonlocal told
            if step.note and step.note != told:
                told = step.note
                console.print(f"  {step.note}", markup=False)
            doing = "checking" if step.phase is Phase.VERIFYING else "pulling"
            bar.update(task, completed=step.done, description=f"{doing} {name}")

        path = await pull(weights, store, tell)
    out().print(f"{name} is installed: {path} (SHA-256 checked)", markup=False)


async def _pull_folder(name: ModelName, folders: Folders) -> None:
    if form(name) is Form.HUB:
        await folders.pull(name, lambda line: err().print(line, markup=False))
    await folders.prepare(name, lambda line: err().print(line, markup=False))
    out().print(f"{name} is installed: {folders.path_of(name)}", markup=False)


async def _pull_from_ollama(name: str, host: str) -> None:
    told = ""
    async for step in ollama_server.pull(host, name):
        share = f" {step.completed / step.total:.0%}" if step.total else ""
        line = f"{step.status}{share}"
        if line != told:
            told = line
            err().print(f"  {line}", markup=False)
    out().print(f"ollama/{name} is installed in Ollama at {address(host)}", markup=False)


async def _remove(name: ModelName) -> Exit:
    settings = _settings()
    try:
        match name.backend:
            case Backend.LOCAL:
                if not Store(models_dir(settings)).remove(find(name.name)):
                    raise BadInput(f"{name} is not installed")
            case Backend.OLLAMA:
                await ollama_server.remove(ollama_host(settings), name.name)
            case Backend.HF:
                if not Folders(Store(models_dir(settings))).remove(name):
                    raise BadInput(f"{name} is not installed")
            case Backend.REMOTE:
                raise BadInput(f"{name} {NOT_OURS}")
    except UnknownWeights as error:
        raise BadInput(str(error)) from None
    except ModelError as error:
        raise Missing(str(error)) from None
    out().print(f"{name} is removed", markup=False)
    return Exit.VERIFIED


async def _default(name: str | None) -> Exit:
    if name is None:
        chosen = _settings().model
        out().print(chosen or "no default; the first model that is found is used", markup=False)
        return Exit.VERIFIED
    parsed = _parsed(name)
    if parsed.backend is Backend.LOCAL:
        try:
            find(parsed.name)
        except UnknownWeights as error:
            raise BadInput(str(error)) from None
    path = user_config_file()
    set_model(path, str(parsed))
    out().print(f"{parsed} is the default (in {path})", markup=False)
    return Exit.VERIFIED
