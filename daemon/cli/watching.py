"""Runs a command's work again whenever one of its files has changed: `--watch`.

What is under way is about bytes that are no longer there, so it is cancelled first.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from synthd.daemon.cli.screen import complain
from synthd.daemon.exits import Exit, Failure

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

# Editors save in several steps (truncate, write, rename): these count as one.
SETTLED = 0.15
_PATIENCE = 5.0
_CHANGES = ("modified", "created", "moved", "closed")


async def watch(files: Iterable[Path], work: Callable[[], Awaitable[Exit]]) -> NoReturn:
    """Until it is cancelled. What a user can mend is told, and watched on."""
    every = sorted({file.absolute() for file in files})
    changed = asyncio.Event()
    with _observed(every, changed):
        while True:
            changed.clear()
            seen = _contents(every)
            task = asyncio.ensure_future(_told(work))
            try:
                await _until_changed(every, seen, changed)
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def _told(work: Callable[[], Awaitable[Exit]]) -> None:
    try:
        await work()
    except Failure as failure:
        complain(str(failure))


async def _until_changed(every: list[Path], seen: list[str], changed: asyncio.Event) -> None:
    """Returns once other bytes are there and have been for a moment."""
    while True:
        await changed.wait()
        while changed.is_set():
            changed.clear()
            await asyncio.sleep(SETTLED)
        now = _contents(every)
        if now != seen and any(now):
            return


def _contents(files: list[Path]) -> list[str]:
    """Hashes; "" of what is not there, as in the middle of a rename."""
    return [_hash(file) for file in files]


def _hash(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


@contextmanager
def _observed(files: list[Path], changed: asyncio.Event) -> Iterator[None]:
    """Their folders are watched, as a file that is replaced is another one."""
    from watchdog.events import FileSystemEventHandler
    from watchdog.observers import Observer

    loop = asyncio.get_running_loop()
    wanted = {str(file) for file in files}

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            named = {str(event.src_path), str(event.dest_path)}
            if event.event_type in _CHANGES and wanted & named:
                with suppress(RuntimeError):  # the loop has just ended
                    loop.call_soon_threadsafe(changed.set)

    observer = Observer()
    for folder in sorted({file.parent for file in files}):
        observer.schedule(Handler(), str(folder))
    observer.start()
    try:
        yield
    finally:
        observer.stop()
        observer.join(_PATIENCE)
