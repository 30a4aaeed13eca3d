"""Jobs for editors that are served before the store of jobs is open: whoever asks waits for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Protocol

from synthd.daemon.jobs.errors import NotNow
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.view import JobView, Update
from synthd.daemon.service.calls import Refusal


class Jobs(Protocol):
    """The part that editors need (daemon/jobs/manager.py)."""

    async def submit(self, spec: Spec, environment: Mapping[str, str], client: str) -> JobView: ...

    def watch(self, id: str, seq: int = 0) -> AsyncGenerator[Update, None]: ...

    async def cancel(self, id: str) -> JobView: ...


class LateJobs:
    """find: raises Refusal where there will be none."""

    def __init__(self, find: Callable[[], Awaitable[Jobs]]) -> None:
        self._find = find

    async def submit(self, spec: Spec, environment: Mapping[str, str], client: str) -> JobView:
        return await (await self._found()).submit(spec, environment, client)

    async def watch(self, id: str, seq: int = 0) -> AsyncGenerator[Update, None]:
        async with aclosing((await self._found()).watch(id, seq)) as updates:
            async for update in updates:
                yield update

    async def cancel(self, id: str) -> JobView:
        return await (await self._found()).cancel(id)

    async def _found(self) -> Jobs:
        try:
            return await self._find()
        except Refusal as why:
            raise NotNow(str(why)) from None
