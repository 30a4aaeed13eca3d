"""Puts the daemon's parts together; everything heavy is imported here, in a thread."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthd.daemon.service.calls import Body, Methods
from synthd.daemon.service.guests import Guest
from synthd.daemon.service.home import Parts
from synthd.daemon.service.setting import Folders

if TYPE_CHECKING:
    from synthd.daemon.jobs.view import JobView


@dataclass(frozen=True, slots=True)
class _Parts:
    methods: Methods
    minutes: float

    async def edit(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, guest: Guest
    ) -> None:
        return

    def running(self) -> Sequence[JobView]:
        return ()

    def models(self) -> Sequence[Body]:
        return ()

    def watching(self) -> Body:
        return {}

    def notes(self) -> Sequence[str]:
        return ()

    def idle_minutes(self) -> float:
        return self.minutes


@asynccontextmanager
async def open_parts(folders: Folders, build: str) -> AsyncIterator[Parts]:
    minutes = await asyncio.to_thread(_minutes)
    yield _Parts(Methods(), minutes)


def _minutes() -> float:
    from synthd.daemon import config
    from synthd.daemon.locations import user_config_file

    return config.load(None, user_config_file(), os.environ, {}).settings.daemon.idle_minutes
