"""The model that a training begins from: a folder of safetensors, and who it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.synth.models.hf.folder import BadFolder, files_sha256

PREFIX = "hf/"


@dataclass(frozen=True, slots=True)
class Base:
    """name: as the user wrote it. sha256: of the weights' files."""

    name: str
    path: Path
    sha256: str


async def resolve(name: str) -> Base:
    """Reads all of the weights once, for their hash. Raises BadInput."""
    return await asyncio.to_thread(_resolved, name)


def _resolved(name: str) -> Base:
    path = Path(name.removeprefix(PREFIX)).expanduser().absolute()
    try:
        return Base(name, path, files_sha256(path))
    except BadFolder as error:
        raise BadInput(f"--base {name}: {error}") from None
