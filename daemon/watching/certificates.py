"""What was verified, and whether it still is what stands in the files.

Only hashes of the bytes that are there now make a certificate fresh; whatever cannot be read, or
differs, makes it stale, with the reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from synthd.daemon.jobs.errors import JobsError
from synthd.daemon.watching import issuing
from synthd.daemon.watching.again import NotAgain
from synthd.daemon.watching.comparing import Comparing, Found
from synthd.daemon.watching.observing import Observing, Watch
from synthd.daemon.watching.record import Again, Kept, Record, Standing, record_of
from synthd.daemon.watching.shelf import Shelf

log = logging.getLogger(__name__)

Heard = Callable[[str, Sequence[Kept]], None]
Verify = Callable[[Record], Awaitable[Mapping[str, Any]]]
Key = tuple[str, str]


@dataclass(slots=True)
class Parts:
    """What certificates need. reverify: whether the user wants what is saved to be verified again.
    verify: does that, in another process; raises NotAgain."""

    shelf: Shelf
    observing: Observing
    verify: Verify
    reverify: Callable[[], bool]
    verus: issuing.FindVerus
    comparing: Comparing = field(default_factory=Comparing)


class Certificates:
    """Use `async with`."""

    def __init__(self, parts: Parts) -> None:
        self._of = parts
        self._records: dict[Key, Record] = {}
        self._stands: dict[Key, Kept] = {}
        self._paths: dict[str, set[Key]] = {}
        self._about: dict[Path, set[Key]] = {}
        self._heard: list[Heard] = []
        self._waiting: asyncio.Queue[frozenset[Path]] = asyncio.Queue()
        self._again: asyncio.Queue[Key] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._watch: Watch | None = None

    async def __aenter__(self) -> Self:
        for record in await self._of.shelf.load():
            self._keep(record, Found(Standing.UNSEEN, "not looked at yet"))
        self._watch = self._of.observing.watch((), self._waiting.put_nowait)
        self._tasks = [
            asyncio.create_task(self._compare_changed(), name="comparing certificates"),
            asyncio.create_task(self._verify_again(), name="verifying again"),
        ]
        self._rewatch()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watch is not None:
            self._watch.close()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    # ---------------------------------------------------------------- for others

    async def record(
        self,
        path: str | Path,
        report: Mapping[str, Any],
        *,
        text: str | bytes | None = None,
        examples: Sequence[str] = (),
        tests: Sequence[str | Path] = (),
    ) -> Kept:
        """Keep the certificate of a report (as `--json` prints it) about a function of a file.

        text: the whole file as it was verified, where it is at hand; an editor saves it later.
        Raises NoCertificate, and JobsError where there is no room.
        """
        record = record_of(_absolute(path), report, examples, time.time())
        raw = text.encode() if isinstance(text, str) else text
        files = [Path(_absolute(test)) for test in tests]
        record = await issuing.completed(record, raw, files, self._of.comparing, self._of.verus)
        await self._change(record)
        return self._stands[record.key]

    def of(self, path: str | Path) -> list[Kept]:
        """Of one file; as far as is known, without a look at the disk."""
        keys = self._paths.get(_absolute(path), set())
        return [self._stands[key] for key in sorted(keys)]

    async def compared(self, path: str | Path, text: str) -> list[Kept]:
        """How they stand against what an editor holds."""
        keys = sorted(self._paths.get(_absolute(path), set()))
        records = [self._records[key] for key in keys]
        found = await asyncio.to_thread(self._of.comparing.compare, records, text.encode())
        return [stands(record, one) for record, one in zip(records, found, strict=True)]

    def all(self) -> list[Kept]:
        return [self._stands[key] for key in sorted(self._stands)]

    async def forget(self, path: str | Path, function: str | None = None) -> int:
        """How many there were. Raises JobsError."""
        name = _absolute(path)
        number = await self._of.shelf.forget(name, function)
        for key in [key for key in self._paths.get(name, set()) if function in (None, key[1])]:
            del self._records[key], self._stands[key]
            self._paths[name].discard(key)
        self._rewatch()
        self._tell(name)
        return number

    def subscribe(self, heard: Heard) -> Callable[[], None]:
        """heard(path, all of that file) in the loop, after every change; what is returned ends
        it."""
        self._heard.append(heard)

        def end() -> None:
            with contextlib.suppress(ValueError):
                self._heard.remove(heard)

        return end

    # ---------------------------------------------------------------- comparing

    async def _compare_changed(self) -> None:
        while True:
            files = await self._waiting.get()
            for path in sorted({path for path, _ in self._keys(files)}):
                try:
                    await self._compare(path, files)
                except Exception:
                    log.exception("certificates of a file were not compared")

    def _keys(self, files: Iterable[Path]) -> set[Key]:
        return set[Key]().union(*(self._about.get(file, set()) for file in files))

    async def _compare(self, path: str, files: frozenset[Path]) -> None:
        records = [self._records[key] for key in sorted(self._paths.get(path, set()))]
        found = await asyncio.to_thread(self._of.comparing.compare, records)
        told = False
        for record, one in zip(records, found, strict=True):
            if self._records.get(record.key) is not record:
                continue  # another one by now
            told |= await self._found(record, one, files)
        if told:
            self._tell(path)

    async def _found(self, record: Record, found: Found, files: frozenset[Path]) -> bool:
        """Whether anything is new."""
        first = found.standing is Standing.FRESH and (not record.seen or record.parts is None)
        if first and found.now is not None:
            parts = record.parts if record.parts is not None else found.now.parts
            record = record.model_copy(update={"seen": True, "parts": parts})
        before = self._stands.get(record.key)
        self._keep(record, found)
        now = self._stands[record.key]
        if first:
            await self._save(record)
        elif before is None or (before.standing, before.why) != (now.standing, now.why):
            self._of.shelf.note(record, now)
        saved = files & {Path(record.path), *map(Path, record.tests)}
        if found.standing is Standing.STALE and found.now and saved and self._of.reverify():
            self._again.put_nowait(record.key)
        return before != now

    # ---------------------------------------------------------------- verifying again

    async def _verify_again(self) -> None:
        while True:
            key = await self._again.get()
            record, stands = self._records.get(key), self._stands.get(key)
            if record is None or stands is None or stands.standing is not Standing.STALE:
                continue
            try:
                await self._renew(record, stands)
            except Exception:
                log.exception("verifying a function again failed")

    async def _renew(self, record: Record, stands: Kept) -> None:
        before = await asyncio.to_thread(issuing.about, record)
        if record.again is not None and record.again.about == before:
            return  # that was looked at
        self._stands[record.key] = replace(stands, standing=Standing.VERIFYING)
        self._tell(record.path)
        try:
            renewed = await self._verified(record, before)
        finally:
            # Also where it was cancelled: it is no longer under way.
            self._stands[record.key] = stands
        if self._records.get(record.key) is record:
            await self._change(renewed)

    async def _verified(self, record: Record, about: str) -> Record:
        tests, of = [*map(Path, record.tests)], self._of
        # Before the verification: what changes meanwhile then is a change.
        known = await issuing.completed(record, None, tests, of.comparing, of.verus)
        try:
            report = await of.verify(record)
        except NotAgain as problem:
            again = Again(status="error", message=str(problem), about=about, at=time.time())
            return record.model_copy(update={"again": again})
        again = Again(
            status=str(report.get("status", "error")),
            message=str(report.get("message", "")),
            about=about,
            at=time.time(),
        )
        if again.status != "verified":
            return record.model_copy(update={"again": again})
        return await asyncio.to_thread(issuing.renewed, known, report, again) or record

    # ---------------------------------------------------------------- keeping

    async def _change(self, record: Record) -> None:
        (found,) = await asyncio.to_thread(self._of.comparing.compare, [record])
        self._keep(record, found)
        self._rewatch()
        await self._found(record, found, frozenset())
        if self._records[record.key] is record:
            await self._of.shelf.put(record, self._stands[record.key])
        self._tell(record.path)

    def _keep(self, record: Record, found: Found) -> None:
        key = record.key
        self._records[key] = record
        self._stands[key] = stands(record, found)
        self._paths.setdefault(record.path, set()).add(key)

    async def _save(self, record: Record) -> None:
        try:
            await self._of.shelf.put(record, self._stands[record.key])
        except JobsError as error:
            log.warning("a certificate could not be kept: %s", error)

    def _rewatch(self) -> None:
        self._about = {}
        for key, record in self._records.items():
            for file in (record.path, *record.tests, *record.programs):
                self._about.setdefault(Path(file), set()).add(key)
        if self._watch is not None:
            self._watch.set(self._about)

    def _tell(self, path: str) -> None:
        now = self.of(path)
        for heard in list(self._heard):
            try:
                heard(path, now)
            except Exception:
                log.exception("news of certificates were not taken")


def _absolute(path: str | Path) -> str:
    return os.path.abspath(path)


def stands(record: Record, found: Found) -> Kept:
    return Kept(
        path=record.path,
        function=record.function,
        grade=record.grade,
        standing=found.standing,
        why=found.why,
        recorded=record.recorded,
        certificate=record.certificate,
        again=record.again,
        checks=record.checks,
        seconds=record.seconds,
        tokens=record.tokens,
    )
