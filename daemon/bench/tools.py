"""Opens what searches and verdicts of one process share: the judge, and a folder for its files."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from synthd.daemon.bench.case import Tools
from synthd.daemon.isolating import isolation
from synthd.daemon.limiting import sandbox_limits
from synthd.daemon.settings import Settings
from synthd.sandbox.pool import JudgePool


@asynccontextmanager
async def opened_tools(
    settings: Settings, *, workers: int | None, unsafe: bool
) -> AsyncIterator[Tools]:
    """workers: processes that judge, None: one a processor. Raises Missing."""
    detection = await isolation(unsafe=unsafe)
    limits = settings.limits
    with tempfile.TemporaryDirectory(prefix="synthd-bench-") as held:
        async with JudgePool.open(
            None, detection, sandbox_limits(limits), workers=workers, unsafe=unsafe
        ) as pool:
            tools = Tools(pool, detection, limits, Path(held), unsafe, settings=settings)
            try:
                yield tools
            finally:
                await tools.opened.aclose()
