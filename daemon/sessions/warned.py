"""What is wrong with the files of settings that an editor's folders read, told to that editor."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from synthd.daemon.jobs.errors import NotNow
from synthd.daemon.service.calls import Refusal
from synthd.daemon.watching.configs import Change
from synthd.lsp.server import Server

BEFORE = "the settings of before still count"


class Configs(Protocol):
    """The part that editors need (daemon/watching/configs.py)."""

    async def open(self, workspace: Path) -> None: ...

    def close(self, workspace: Path) -> None: ...

    def problems(self, workspace: Path | None = None) -> list[str]: ...

    def subscribe(self, heard: Callable[[Change], None]) -> Callable[[], None]: ...


class Warned:
    """Of one editor, from its first word on; close it. find: raises Refusal or NotNow where there
    will be none."""

    def __init__(self, server: Server, find: Callable[[], Awaitable[Configs]]) -> None:
        self._server = server
        self._find = find
        self._told = ""
        self._task: asyncio.Task[None] | None = None
        server.changes.connected.subscribe(self._begin)

    def _begin(self, _: None) -> None:
        self._task = asyncio.create_task(self._follow(), name="settings of an editor")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _follow(self) -> None:
        try:
            configs = await self._find()
        except (Refusal, NotNow):
            return
        folders = [Path(folder) for folder in self._server.session.buffers.folders()]
        with contextlib.ExitStack() as stack:
            for folder in folders:
                stack.callback(configs.close, folder)
                await configs.open(folder)

            def heard(change: Change) -> None:
                if not set(folders).isdisjoint(change.workspaces):
                    self._tell([change.problem])

            stack.callback(configs.subscribe(heard))
            for folder in folders:
                self._tell(configs.problems(folder))
            await asyncio.Event().wait()

    def _tell(self, problems: Sequence[str]) -> None:
        for problem in problems:
            if problem and problem != self._told:
                self._server.session.editor.warn(f"{problem} ({BEFORE})")
            self._told = problem
