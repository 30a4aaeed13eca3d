"""How much memory a training finds: this machine's, or that of its GPU, asked of a process."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.daemon.exits import Missing
from synthd.daemon.learning.memory import Room, Shape, on_this_machine, shape_of

_DEADLINE = 120.0  # importing torch from a cold disk


@dataclass(frozen=True, slots=True)
class Estimating:
    """What a training's need is made of. width: bytes of a number that is not trained, and of an
    activation."""

    shape: Shape
    place: Room
    width: int


async def estimating(base: Path, training: Mapping[str, Any], gpus: int) -> Estimating:
    """training: fields of TrainingSettings. Raises BadInput and Missing."""
    shape = await asyncio.to_thread(shape_of, base)
    place = await room(str(training["device"]), gpus)
    mixed = place.where != "this machine" and training["precision"] != "float32"
    return Estimating(shape, place, 2 if mixed else 4)


async def room(device: str, gpus: int) -> Room:
    """device: as asked for. Raises Missing where more GPUs are asked for than there are."""
    if device == "cpu" or not _has_gpu():
        if gpus > 1 or device == "cuda":
            raise Missing("there is no GPU on this machine: leave --gpus and --device out")
        return on_this_machine()
    free, there = await _asked()
    if gpus > there:
        raise Missing(f"--gpus {gpus}: torch sees {there} on this machine")
    if free is None:
        return on_this_machine()
    return Room(free, "the GPU")


def _has_gpu() -> bool:
    """Without torch, whose import takes seconds."""
    return any(Path("/dev").glob("nvidia[0-9]*"))


async def _asked() -> tuple[int | None, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "synthd.synth.learning.devices",
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd="/",
    )
    try:
        async with asyncio.timeout(_DEADLINE):
            out, _ = await process.communicate()
        told = json.loads(out)
        return told["free"], int(told["gpus"])
    except (TimeoutError, ValueError, LookupError):
        return None, 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
