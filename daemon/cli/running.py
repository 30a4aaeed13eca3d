"""Runs a command's coroutine to its exit code, whatever happens to it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, NoReturn

import typer

from synthd.daemon.cli.screen import complain
from synthd.daemon.exits import Exit, Failure


def finish(work: Callable[[], Coroutine[Any, Any, Exit]]) -> NoReturn:
    """Run and exit. Ctrl-C and SIGTERM cancel the work, which stops what it started, then 130."""
    try:
        code = asyncio.run(_interruptible(work))
    except (KeyboardInterrupt, asyncio.CancelledError):
        complain("interrupted")
        code = Exit.INTERRUPTED
    except Failure as failure:
        complain(str(failure))
        code = failure.code
    except BrokenPipeError:
        # Whoever read our output has left (`synthd … | head`); there is nobody to tell.
        code = Exit.INTERRUPTED
    raise typer.Exit(int(code))


async def telling(
    work: Coroutine[Any, Any, Exit],
    targets: Iterable[str],
    tell: Callable[[str, str, Failure], None] | None,
) -> Exit:
    """With `tell` a failure is told once for each target that was named (file, function): a script
    reads stdout, and gets an object for each."""
    try:
        return await work
    except Failure as failure:
        if tell is None:
            raise
        for target in targets:
            file, _, function = target.partition("::")
            tell(file, function, failure)
        return failure.code


async def _interruptible(work: Callable[[], Coroutine[Any, Any, Exit]]) -> Exit:
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, task.cancel)
    return await work()
