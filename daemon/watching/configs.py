"""The settings of the user and of every open workspace, as they were when they were last right.

A file that becomes wrong changes nothing but what is said about it: its settings stay those of
before until it is right again.
"""

from __future__ import annotations

import asyncio
import logging
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from synthd.daemon import config
from synthd.daemon.config import BadConfig, File, Layer, Loaded
from synthd.daemon.settings import Settings
from synthd.daemon.watching.observing import Observing, Watch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """A file of settings was read anew. problem: what is wrong with it (the file, the key, what is
    allowed), so that the settings of before still count; "" where it is right. workspaces: those
    that it concerns, all of them where it is the user's own."""

    file: Path
    problem: str
    workspaces: tuple[Path, ...]


Heard = Callable[[Change], None]


@dataclass(slots=True)
class _Held:
    """Of one file: its last right values, and what is wrong with it now."""

    layer: Layer
    problem: str = ""


class Configs:
    """Use `async with`."""

    def __init__(
        self, observing: Observing, user_file: Path, environment: Mapping[str, str]
    ) -> None:
        self._observing = observing
        self._user_file = user_file
        self._environment = environment
        self._workspaces: Counter[Path] = Counter()
        self._held: dict[File, _Held] = {}
        self._heard: list[Heard] = []
        self._changed: asyncio.Queue[frozenset[Path]] = asyncio.Queue()
        self._watch: Watch | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._read(config.files(None, self._user_file))
        self._watch = self._observing.watch([self._user_file], self._changed.put_nowait)
        self._task = asyncio.create_task(self._follow(), name="following settings")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watch is not None:
            self._watch.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def open(self, workspace: Path) -> None:
        """Follow its files, too; as often as it is opened it has to be closed."""
        self._workspaces[workspace] += 1
        if self._workspaces[workspace] == 1:
            await self._read(config.files(workspace, self._user_file)[:-1])
            self._rewatch()

    def close(self, workspace: Path) -> None:
        self._workspaces[workspace] -= 1
        if self._workspaces[workspace] <= 0:
            del self._workspaces[workspace]
            for file in config.files(workspace, self._user_file)[:-1]:
                self._held.pop(file, None)
            self._rewatch()

    @property
    def settings(self) -> Settings:
        """The user's own, for the daemon itself."""
        try:
            return self.load(None, self._environment, {}).settings
        except BadConfig:  # in the daemon's environment, which does not change any more
            return self.load(None, {}, {}).settings

    def load(
        self,
        workspace: Path | None,
        environment: Mapping[str, str],
        command_line: Mapping[str, Any],
    ) -> Loaded:
        """As config.load, but from what was right last. Reads no open workspace's file. Raises
        BadConfig where the environment or the command line is wrong."""
        layers = [
            held.layer if (held := self._held.get(file)) is not None else config.read(file)
            for file in config.files(workspace, self._user_file)
        ]
        return config.merged(layers, environment, command_line)

    def problems(self, workspace: Path | None = None) -> list[str]:
        """What is wrong with files of settings: all of them, or those that a workspace reads."""
        wanted = self._held if workspace is None else config.files(workspace, self._user_file)
        return [held.problem for file in wanted if (held := self._held.get(file)) and held.problem]

    def wrong(self) -> list[tuple[Layer, str]]:
        """Files that are wrong now: their last right values, and the problem."""
        return [(held.layer, held.problem) for held in self._held.values() if held.problem]

    def subscribe(self, heard: Heard) -> Callable[[], None]:
        """heard(change) in the loop; what is returned ends it."""
        self._heard.append(heard)
        return lambda: self._heard.remove(heard) if heard in self._heard else None

    async def _follow(self) -> None:
        while True:
            changed = await self._changed.get()
            try:
                await self._read([file for file in self._held if file.path in changed])
            except Exception:
                log.exception("settings were not read anew")

    async def _read(self, wanted: Iterable[File]) -> None:
        for file in wanted:
            before = self._held.get(file)
            held = await asyncio.to_thread(_held, file, before)
            if before is not None and file not in self._held:
                continue  # closed meanwhile
            self._held[file] = held
            if before is None or held != before:
                self._tell(file, held, first=before is None)

    def _tell(self, file: File, held: _Held, *, first: bool) -> None:
        if held.problem:
            log.warning("%s (the settings of before still count)", held.problem)
        elif not first:
            log.info("%s was read anew", file.path)
        if first and not held.problem:
            return
        concerned = [
            workspace
            for workspace in self._workspaces
            if file in config.files(workspace, self._user_file)
        ]
        change = Change(file.path, held.problem, tuple(concerned))
        for heard in list(self._heard):
            try:
                heard(change)
            except Exception:
                log.exception("news of settings were not taken")

    def _rewatch(self) -> None:
        files = [self._user_file]
        for workspace in self._workspaces:
            files += [file.path for file in config.files(workspace, self._user_file)]
        if self._watch is not None:
            self._watch.set(files)


def _held(file: File, before: _Held | None) -> _Held:
    """Takes a moment: for threads."""
    old = before.layer if before is not None else Layer(str(file.path), {}, file.trusted)
    try:
        layer = config.read(file)
    except BadConfig as error:
        return _Held(old, str(error))
    if file.table and not layer.values and old.values and _half_written(file.path):
        return _Held(old)  # other tools complain about it
    return _Held(layer)


def _half_written(path: Path) -> bool:
    try:
        tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return True
    except OSError:
        pass
    return False
