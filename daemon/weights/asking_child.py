"""Work in a process of its own: one line of JSON in, one out; it goes with whoever waits for it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from typing import Any

from synthd.synth.models.errors import ModelFailed

KEPT = 400  # characters of what it last said


async def asked_child(
    module: str, wanted: Mapping[str, object], deadline: float
) -> Mapping[str, Any]:
    """What the module answers. It gets `parent` too, and dies with it. deadline: seconds.

    Cancelled, the process is gone. Raises ModelFailed where there is no answer.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", module),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        cwd="/",
        start_new_session=True,  # a terminal's Ctrl-C does not reach it
    )
    try:
        async with asyncio.timeout(deadline):
            line, said = await _exchange(process, {**wanted, "parent": os.getpid()})
            await process.wait()
    except BaseException as error:
        if process.returncode is None:
            process.kill()
        await asyncio.shield(process.wait())
        if isinstance(error, TimeoutError):
            raise ModelFailed(f"{module} took longer than {deadline:g} s") from None
        raise
    try:
        answer = json.loads(line)
    except ValueError:
        words = " ".join(said.decode(errors="replace").split())[-KEPT:]
        raise ModelFailed(f"{module} ended without an answer: {words}") from None
    return dict(answer)


async def _exchange(
    process: asyncio.subprocess.Process, wanted: Mapping[str, object]
) -> tuple[bytes, bytes]:
    """Its line and the rest of what it said. Its stdin stays open: it lives as long as that."""
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write(json.dumps(wanted).encode() + b"\n")
    saying = asyncio.create_task(process.stderr.read())
    try:
        line = await process.stdout.readline()
        return line, await saying
    finally:
        saying.cancel()
        process.stdin.close()
