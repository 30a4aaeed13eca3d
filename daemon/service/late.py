"""Jobs and certificates for editors that are served before the store of these is open: whoever asks
waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from synthd.daemon.jobs.errors import NotNow
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.view import JobView, Update
from synthd.daemon.service.calls import Refusal
from synthd.daemon.watching.record import Kept


class Jobs(Protocol):
    """The part that editors need (daemon/jobs/manager.py)."""

    async def submit(self, spec: Spec, environment: Mapping[str, str], client: str) -> JobView: ...

    def watch(
        self, id: str, seq: int = 0, *, answers: bool = False
    ) -> AsyncGenerator[Update, None]: ...

    async def cancel(self, id: str) -> JobView: ...

    def answer(self, id: str, number: int, value: str | None) -> bool: ...

    def prune(self, id: str, node: str) -> bool: ...

    async def lines(self, id: str) -> tuple[str, ...]: ...

    async def past(self, model: str, strategy: str) -> Sequence[float]: ...


class LateJobs:
    """find: raises Refusal where there will be none."""

    def __init__(self, find: Callable[[], Awaitable[Jobs]]) -> None:
        self._find = find

    async def submit(self, spec: Spec, environment: Mapping[str, str], client: str) -> JobView:
        return await (await self._found()).submit(spec, environment, client)

    async def watch(
        self, id: str, seq: int = 0, *, answers: bool = False
    ) -> AsyncGenerator[Update, None]:
        async with aclosing((await self._found()).watch(id, seq, answers=answers)) as updates:
            async for update in updates:
                yield update

    async def cancel(self, id: str) -> JobView:
        return await (await self._found()).cancel(id)

    async def answer(self, id: str, number: int, value: str | None) -> bool:
        return (await self._found()).answer(id, number, value)

    async def prune(self, id: str, node: str) -> bool:
        return (await self._found()).prune(id, node)

    async def lines(self, id: str) -> tuple[str, ...]:
        return await (await self._found()).lines(id)

    async def past(self, model: str, strategy: str) -> Sequence[float]:
        return await (await self._found()).past(model, strategy)

    async def _found(self) -> Jobs:
        try:
            return await self._find()
        except Refusal as why:
            raise NotNow(str(why)) from None


class Certificates(Protocol):
    """The part that editors need (daemon/watching/certificates.py)."""

    async def record(self, path: str, report: Mapping[str, Any], *, text: str) -> Kept: ...

    def of(self, path: str) -> list[Kept]: ...

    async def compared(self, path: str, text: str) -> list[Kept]: ...

    def subscribe(self, heard: Callable[[str, Sequence[Kept]], None]) -> Callable[[], None]: ...


class LateCertificates:
    """Of one editor. Close it. find: raises Refusal where there will be none."""

    def __init__(self, find: Callable[[], Awaitable[Certificates]]) -> None:
        self._find = find
        self._subscribing: set[asyncio.Task[None]] = set()

    async def record(self, path: str, report: Mapping[str, Any], *, text: str) -> Kept:
        return await (await self._found()).record(path, report, text=text)

    async def of(self, path: str) -> list[Kept]:
        return (await self._found()).of(path)

    async def compared(self, path: str, text: str) -> list[Kept]:
        return await (await self._found()).compared(path, text)

    def subscribe(self, heard: Callable[[str, Sequence[Kept]], None]) -> Callable[[], None]:
        """As soon as there are any."""

        async def subscribe() -> None:
            with contextlib.suppress(NotNow):
                end = (await self._found()).subscribe(heard)
                try:
                    await asyncio.Event().wait()
                finally:
                    end()

        task = asyncio.create_task(subscribe(), name="news of certificates")
        self._subscribing.add(task)
        task.add_done_callback(self._subscribing.discard)
        return lambda: _cancel(task)

    async def close(self) -> None:
        for task in self._subscribing:
            task.cancel()
        if self._subscribing:
            await asyncio.wait(self._subscribing)

    async def _found(self) -> Certificates:
        try:
            return await self._find()
        except Refusal as why:
            raise NotNow(str(why)) from None


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
