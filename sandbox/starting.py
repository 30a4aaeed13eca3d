"""Starting a process that nothing can lose, and ending it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence

from synthd.sandbox.isolation import ENVIRONMENT

_PATIENCE = 2.0


async def started(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str] = ENVIRONMENT,
    descriptors: Sequence[int] = (),
) -> Process:
    """With three pipes, in a session of its own. Raises OSError.

    asyncio cancelled in the middle of this would leave a process that nobody has a handle of (or
    wait for ever for its pipes). So it is started in any case, and killed then.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=environment,
            cwd="/",
            start_new_session=True,
            pass_fds=descriptors,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        while not starting.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([starting])
        if not starting.cancelled() and starting.exception() is None:
            await _end(starting.result())
        raise


async def _end(process: Process) -> None:
    """A supervisor ends what it has started, and then itself, when nobody talks to it."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_PATIENCE):
            await process.wait()
    except TimeoutError:
        kill(process)
        await process.wait()
    finally:
        transport = getattr(process, "_transport", None)
        if transport is not None:
            transport.close()


def kill(process: Process) -> None:
    """With its group: bubblewrap, killed before it has set its namespaces up, leaves a child that
    waits for it for ever and is not yet told to die with it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
