"""Tells when files change: by watchdog, and by looking at them now and then.

watchdog has threads of its own; what it says is only a hint, handed to the loop in one batch. That
hints get lost (a queue that overflows, a network disk, a folder too many) is made good by looking
at all files: seldom, and often while some folder cannot be watched.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from synthd.daemon.watching.folders import Identity, Plan, Stamp, identity, plan

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

log = logging.getLogger(__name__)

# watchdog has a thread for each folder.
MOST_FOLDERS = 64
# Editors save in several steps (truncate, write, rename): these count as one.
SETTLED = 0.15
OFTEN, SELDOM = 2.0, 30.0
PATIENCE = 5.0
_CHANGES = frozenset({"modified", "created", "moved", "deleted", "closed"})

Tell = Callable[[frozenset[Path]], None]


@dataclass(slots=True, eq=False)
class Watch:
    """Some files, and who is told of their changes, in the loop. What changed may have changed
    back: look at the bytes."""

    tell: Tell
    files: frozenset[Path]
    _owner: Observing

    def set(self, files: Iterable[Path]) -> None:
        """These from now on, and no others."""
        self.files = frozenset(file.absolute() for file in files)
        self._owner.rearrange()

    def close(self) -> None:
        self._owner.forget(self)


@dataclass(slots=True, eq=False)
class _Hints:
    """What watchdog's threads leave for the loop."""

    loop: asyncio.AbstractEventLoop
    wake: Callable[[], None]
    names: Mapping[str, frozenset[Path]] = field(default_factory=dict)
    _files: set[Path] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def dispatch(self, event: FileSystemEvent) -> None:
        """watchdog's name for the method of a handler that gets everything."""
        if event.event_type not in _CHANGES:
            return
        about = {str(event.src_path), str(event.dest_path)}
        concerned = [self.names[name] for name in about if name in self.names]
        if not concerned:
            return
        with self._lock:
            first = not self._files
            self._files.update(*concerned)
        if first:
            with contextlib.suppress(RuntimeError):  # the loop has just ended
                self.loop.call_soon_threadsafe(self.wake)

    def take(self) -> set[Path]:
        with self._lock:
            files, self._files = self._files, set()
        return files


class Observing:
    """Use `async with`. limit: folders that are watched; the others' files are looked at."""

    def __init__(
        self, *, limit: int = MOST_FOLDERS, often: float = OFTEN, seldom: float = SELDOM
    ) -> None:
        self._limit, self._often, self._seldom = limit, often, seldom
        self._watches: set[Watch] = set()
        self._wake = asyncio.Event()
        self._changed_plan = False
        self._stamps: dict[Path, Stamp | None] = {}
        self._folders: dict[str, tuple[Any, Identity | None]] = {}
        self._observer: Any = None
        self._hints: _Hints | None = None
        self._task: asyncio.Task[None] | None = None
        self.note = ""  # what cannot be watched, and why, for status

    async def __aenter__(self) -> Self:
        self._hints = _Hints(asyncio.get_running_loop(), self._wake.set)
        await asyncio.to_thread(self._start)
        self._task = asyncio.create_task(self._tend(), name="watching files")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.to_thread(self._stop)

    def watch(self, files: Iterable[Path], tell: Tell) -> Watch:
        watch = Watch(tell, frozenset(file.absolute() for file in files), self)
        self._watches.add(watch)
        self.rearrange()
        return watch

    def forget(self, watch: Watch) -> None:
        self._watches.discard(watch)
        self.rearrange()

    def rearrange(self) -> None:
        self._changed_plan = True
        self._wake.set()

    async def _tend(self) -> None:
        assert self._hints is not None
        while True:
            pause = self._often if self.note else self._seldom
            hinted = False
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
                    hinted = True
            if hinted and not self._changed_plan:
                await asyncio.sleep(SETTLED)
            self._wake.clear()
            self._changed_plan = False
            files = self._hints.take()
            try:
                files |= await asyncio.to_thread(self._look, self._wanted())
            except Exception:  # one bad turn must not end the watching
                log.exception("looking at watched files failed")
            self._tell(files)

    def _wanted(self) -> frozenset[Path]:
        return frozenset[Path]().union(*(watch.files for watch in self._watches))

    def _tell(self, files: set[Path]) -> None:
        for watch in list(self._watches):
            if concerned := watch.files & files:
                try:
                    watch.tell(concerned)
                except Exception:
                    log.exception("a change of watched files was not taken")

    # ------------------------------------------------------------- in threads, one at a time

    def _start(self) -> None:
        from watchdog.observers import Observer

        try:
            self._observer = Observer()
            self._observer.start()
        except OSError as error:
            self._observer = None
            log.warning("files are looked at every %g s: %s", self._often, error)

    def _stop(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(PATIENCE)

    def _look(self, files: frozenset[Path]) -> set[Path]:
        """Those that look different than the last time, and those never looked at: between their
        owner's first reading and now they may have changed."""
        self._arrange(plan(files))
        found = {file: Stamp.of(file) for file in files}
        before, self._stamps = self._stamps, found
        return {file for file, now in found.items() if file not in before or before[file] != now}

    def _arrange(self, wanted: Plan) -> None:
        assert self._hints is not None
        self._hints.names = wanted.names
        for folder, (watch, before) in list(self._folders.items()):
            if folder not in wanted.folders or identity(folder) != before:
                self._unschedule(folder, watch)
        unwatched = 0
        why = ""
        for folder in sorted(wanted.folders, key=lambda one: (-wanted.folders[one], one)):
            if folder in self._folders:
                continue
            problem = self._schedule(folder)
            if problem:
                unwatched += 1
                why = problem
        self._note(unwatched, why)

    def _schedule(self, folder: str) -> str:
        """Why not, "" where it is watched."""
        if self._observer is None:
            return "this system has no file notifications"
        if len(self._folders) >= self._limit:
            return f"more than {self._limit} folders"
        try:
            before = identity(folder)
            self._folders[folder] = (self._observer.schedule(self._hints, folder), before)
        except OSError as error:
            return str(error.strerror or error)
        return ""

    def _unschedule(self, folder: str, watch: Any) -> None:
        del self._folders[folder]
        with contextlib.suppress(KeyError, OSError):
            self._observer.unschedule(watch)

    def _note(self, unwatched: int, why: str) -> None:
        folders = "one folder" if unwatched == 1 else f"{unwatched} folders"
        note = f"{folders} cannot be watched ({why}): looked at every {self._often:g} s instead"
        self.note, before = note if unwatched else "", self.note
        if self.note and not before:
            log.warning("%s", self.note)
