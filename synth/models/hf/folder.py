"""A folder with a model, as it can be looked at without torch: which files, how large, which hash.

Only safetensors count: their header says what is in them, and nothing of them is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

from synthd.synth.models.errors import UnknownModel

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
# Adapters that cannot be merged into the weights beside them (learning/sft/bottleneck.py).
BOTTLENECK = "adapter/bottleneck.json"
_BESIDE = (BOTTLENECK, "adapter/adapter_model.safetensors")
LONGEST_HEADER = 100 << 20


class BadFolder(UnknownModel):
    """Not a folder with a model that can be loaded: which, and why."""


@dataclass(frozen=True, slots=True)
class Size:
    """parameters: how many numbers. bytes: of the files."""

    parameters: int
    bytes: int


def shards(path: Path) -> tuple[Path, ...]:
    """The files that hold the weights, in the order of their names. Raises BadFolder."""
    if not path.is_dir():
        raise BadFolder(f"{path} is not a folder with a model")
    if not (path / "config.json").is_file():
        raise BadFolder(f"{path} has no config.json: it is not a folder with a model")
    if (path / SINGLE).is_file():
        return (path / SINGLE,)
    index = path / INDEX
    if not index.is_file():
        if (path / "adapter_config.json").is_file():
            raise BadFolder(f"{path} has an adapter alone: merge it into its model first")
        raise BadFolder(f"{path} has no {SINGLE}: weights in other formats are not loaded")
    try:
        names = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
    except (ValueError, LookupError, AttributeError, TypeError, OSError):
        raise BadFolder(f"{index} is damaged") from None
    found = tuple(path / str(name) for name in names)
    for file in found:
        if file.parent != path or not file.is_file():
            raise BadFolder(f"{path}: {file.name} is missing, and {INDEX} names it")
    return found


def files_sha256(path: Path) -> str:
    """Of one file its SHA-256; of several that of their names and SHA-256s. Raises BadFolder."""
    files = shards(path)
    if (path / BOTTLENECK).is_file():
        files += tuple(path / name for name in _BESIDE)
    if len(files) == 1:
        return _sha256(files[0])
    lines = "".join(f"{_sha256(file)}  {file.name}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def size(path: Path) -> Size:
    """Read from the headers alone. Raises BadFolder."""
    parameters = stored = 0
    for file in shards(path):
        stored += file.stat().st_size
        for name, tensor in _header(file).items():
            if name != "__metadata__":
                parameters += math.prod(tensor["shape"])
    return Size(parameters, stored)


def _header(file: Path) -> dict[str, dict[str, list[int]]]:
    try:
        with file.open("rb") as opened:
            length = int.from_bytes(opened.read(8), "little")
            if length > LONGEST_HEADER:
                raise ValueError(length)
            header = json.loads(opened.read(length))
        if not isinstance(header, dict):
            raise ValueError(header)
    except (OSError, ValueError):
        raise BadFolder(f"{file} is damaged: it is no safetensors file") from None
    return header


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
