"""Opens the daemon's parts. What they need is imported in a thread: clients come meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

from synthd.daemon.service.home import Parts
from synthd.daemon.service.setting import Folders


@asynccontextmanager
async def open_parts(folders: Folders, build: str) -> AsyncIterator[Parts]:
    """Raises what the parts raise; texts of our own exceptions are for the user."""
    await asyncio.to_thread(_heavy)
    from synthd.daemon.service.assembly import assemble

    async with assemble(folders, build) as assembled:
        yield assembled


def _heavy() -> ModuleType:
    from synthd.daemon.service import assembly

    return assembly
