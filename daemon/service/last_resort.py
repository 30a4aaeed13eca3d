"""The end of a daemon that does not end: asyncio and the interpreter wait for hung work without a
limit. What hung is kept."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from types import FrameType

from synthd.daemon.service.crash import Marker

SECONDS = 20.0  # for everything to end once it should
FRAMES = 8  # the innermost of each


class LastResort:
    """Start it when the end begins. To be made in the loop's thread."""

    def __init__(self, marker: Marker) -> None:
        self._marker = marker
        self._loop = asyncio.get_running_loop()

    def start(self) -> None:
        timer = threading.Timer(SECONDS, self._end)
        timer.daemon = True
        timer.start()

    def _end(self) -> None:
        what = f"it did not end within {SECONDS:.0f} s, and was made to"
        self._marker.report(what, detail="\n".join([*_threads(), *_tasks(self._loop)]))
        self._marker.close()
        os._exit(1)


def _threads() -> list[str]:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    told: list[str] = []
    for ident, frame in sys._current_frames().items():
        if ident != threading.get_ident():
            told += [f"thread {names.get(ident, ident)}:", *_places(frame)]
    return told


def _tasks(loop: asyncio.AbstractEventLoop) -> list[str]:
    try:
        tasks = asyncio.all_tasks(loop)
    except RuntimeError:
        return []
    told: list[str] = []
    for task in tasks:
        told.append(f"task {task.get_name()}:")
        told += _awaited(task.get_coro())
    return told


def _awaited(coroutine: object) -> list[str]:
    """The chain of what waits for what; a task's own stack shows its outermost frame alone."""
    told: list[str] = []
    while coroutine is not None and len(told) < FRAMES:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "ag_frame", None)
        if frame is None:
            break
        told.append(f"  {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}")
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "ag_await", None)
    return told


def _places(frame: FrameType | None) -> list[str]:
    told: list[str] = []
    while frame is not None and len(told) < FRAMES:
        told.append(f"  {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}")
        frame = frame.f_back
    return told
