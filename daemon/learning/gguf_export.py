"""A trained folder as GGUF, by llama.cpp's own converter where it is installed."""

from __future__ import annotations

import asyncio
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Mapping
from pathlib import Path

from synthd.daemon.exits import Missing

SCRIPT = "convert_hf_to_gguf.py"
FILE = "model.gguf"
_DEADLINE = 3600.0


def converter(environment: Mapping[str, str]) -> Path | None:
    """On the PATH, or in the checkout of llama.cpp that LLAMA_CPP names."""
    found = shutil.which(SCRIPT, path=environment.get("PATH"))
    if found is None and (checkout := environment.get("LLAMA_CPP")):
        there = Path(checkout) / SCRIPT
        return there if there.is_file() else None
    return Path(found) if found else None


def require(environment: Mapping[str, str]) -> Path:
    """Raises Missing: to be asked before hours of training, not after them."""
    found = converter(environment)
    if found is None:
        raise Missing(
            f"--gguf: {SCRIPT} of llama.cpp is not on the PATH: name its checkout in LLAMA_CPP, "
            "or leave --gguf out"
        )
    return found


async def export(folder: Path, script: Path) -> Path:
    """Raises Missing with the end of what the converter said."""
    out = folder / FILE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(script), str(folder), "--outfile", str(out)),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        async with asyncio.timeout(_DEADLINE):
            said, _ = await process.communicate()
    except TimeoutError:
        raise Missing(f"--gguf: {SCRIPT} did not end within {_DEADLINE:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        last = " ".join(said.decode(errors="replace").split()[-40:])
        raise Missing(f"--gguf: {SCRIPT} failed: {last}; the model itself is in {folder}")
    return out
