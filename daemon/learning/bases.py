"""The model that a training begins from: a folder of safetensors, and who it is."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.locations import models_dir
from synthd.daemon.settings import Settings
from synthd.daemon.weights.catalogue import CATALOGUE
from synthd.daemon.weights.folders import Folders
from synthd.daemon.weights.store import Store
from synthd.synth.models.errors import ModelError
from synthd.synth.models.hf.folder import BadFolder, files_sha256
from synthd.synth.models.names import Backend, ModelName, parse

PREFIX = "hf/"


@dataclass(frozen=True, slots=True)
class Base:
    """name: as the user wrote it. sha256: of the weights' files."""

    name: str
    path: Path
    sha256: str


async def resolve(name: str, settings: Settings) -> Base:
    """A folder, `hf/…`, or `local/…`, whose GGUF is written out as safetensors once. Downloads
    nothing. Reads all of the weights for their hash, where it is not noted. Raises BadInput and
    Missing."""
    if (path := await asyncio.to_thread(_there, name)) is not None:
        return await asyncio.to_thread(_folder, name, path)
    try:
        told = parse(name)
        if told.backend is Backend.LOCAL:
            told = ModelName(Backend.HF, f"local/{told.name}")
    except ModelError as error:
        raise BadInput(f"--base {name}: {error}") from None
    if told.backend is not Backend.HF:
        raise BadInput(f"--base {name}: there is no such folder; write a folder, hf/… or local/…")
    folders = Folders(Store(models_dir(settings), CATALOGUE))
    try:
        await folders.prepare(told, _say)
        found = folders.path_of(told)
    except BadFolder as error:
        raise BadInput(f"--base {name}: {error}") from None
    except ModelError as error:
        raise Missing(str(error)) from None
    sha256 = folders.identity(told)
    return Base(name, found, sha256) if sha256 else await asyncio.to_thread(_folder, name, found)


def of_folder(path: Path) -> Base:
    """A model that was written here; `--model` takes its name. Raises BadInput."""
    return _folder(f"{PREFIX}{path.absolute()}", path.absolute())


def _there(name: str) -> Path | None:
    path = Path(name).expanduser()
    return path.absolute() if path.is_dir() else None


def _folder(name: str, path: Path) -> Base:
    try:
        return Base(name, path, files_sha256(path))
    except BadFolder as error:
        raise BadInput(f"--base {name}: {error}") from None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
