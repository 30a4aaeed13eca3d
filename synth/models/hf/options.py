"""How engines of `hf/…` are started: what the user may say of them, and what is guessed."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from synthd.synth.models.engine import EngineSettings, Program

SLOTS, SLOTS_OF_A_GPU = 4, 16
CONTEXT = 8192  # tokens of prompt and answer, where the model itself has no less
# A GPU's engine reads tens of gigabytes from a disk that may be slow.
DEADLINE = 900.0
FLOAT32 = "float32"


@dataclass(frozen=True, slots=True)
class Options:
    """threads 0: one per processor."""

    device: str = "auto"
    dtype: str = "auto"
    threads: int = 0


def engine_settings(folder: Path, name: str, options: Options) -> EngineSettings:
    """name: without `hf/`."""
    device = options.device
    if device == "auto" and sys.platform == "linux" and not sees_gpu():
        device = "cpu"  # as the engine will find, too
    gpu = device.startswith("cuda") or (device == "auto" and sees_gpu())
    return EngineSettings(
        weights=folder,
        name=name,
        slots=SLOTS_OF_A_GPU if gpu else SLOTS,
        context=CONTEXT,
        threads=options.threads or None,
        deadline=DEADLINE,
        program=Program.TRANSFORMERS,
        device=device,
        dtype=options.dtype,
    )


def identity(sha256: str, options: Options) -> str:
    """Who answers: the weights, and their numbers where these are not of 32 bits, as other numbers
    give other answers. sha256: of the weights; "" where it is not known."""
    gpu = options.device.startswith("cuda") or (options.device == "auto" and sees_gpu())
    numbers = ("bfloat16" if gpu else FLOAT32) if options.dtype == "auto" else options.dtype
    return f"{numbers}:{sha256}" if sha256 and numbers != FLOAT32 else sha256


def sees_gpu() -> bool:
    """Whether NVIDIA's driver has a device for us. Only the engine itself can ask it."""
    return Path("/dev/nvidiactl").exists() and os.environ.get("CUDA_VISIBLE_DEVICES") != ""
