"""Whether a model's weights fit into memory, before they are loaded."""

from __future__ import annotations

from pathlib import Path

from synthd.synth.models.hf.folder import size

# Beside the weights: torch and transformers themselves, and keys and values of some prompts.
BESIDE = 700 << 20
GIB = 1 << 30


class TooLarge(Exception):
    """With figures, and what to do."""


def fits(path: Path, width: int, free: int | None, where: str) -> None:
    """width: bytes of a number as it will be in memory. free: bytes; None where nobody can say.

    Raises TooLarge, and BadFolder.
    """
    parameters = size(path).parameters
    needed = parameters * width + BESIDE
    if free is None or needed <= free:
        return
    raise TooLarge(
        f"{path.name} has {parameters / 1e9:.2f} billion weights of {width} bytes: that needs "
        f"{needed / GIB:.1f} GiB of memory, and {where} has {free / GIB:.1f} GiB free: close "
        "other programs, take a smaller model, or set hf.dtype to bfloat16"
    )


def free_memory() -> int | None:
    """Bytes that can be had without swapping, as the kernel estimates."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) << 10
    return None
