"""The daemon's parts, opened in the background: clients are let in before they are there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol

from synthd.daemon.service.calls import Body, Methods, Refusal
from synthd.daemon.service.editors import Editors
from synthd.daemon.service.faults import name as fault

if TYPE_CHECKING:
    from synthd.daemon.jobs.view import JobView
    from synthd.daemon.service.late import Certificates, Jobs
    from synthd.daemon.sessions.warned import Configs

log = logging.getLogger(__name__)

DEFAULT_MINUTES = 30.0  # until the settings are read


class Parts(Protocol):
    """What there is to serve, once everything is imported and open."""

    @property
    def methods(self) -> Methods: ...

    @property
    def jobs(self) -> Jobs: ...

    @property
    def certificates(self) -> Certificates: ...

    @property
    def configs(self) -> Configs: ...

    def running(self) -> Sequence[JobView]: ...

    def drain(self) -> None: ...

    def models(self) -> Sequence[Body]: ...

    def watching(self) -> Body: ...

    def notes(self) -> Sequence[str]: ...

    def idle_minutes(self) -> float: ...


Open = Callable[[], AbstractAsyncContextManager[Parts]]


class Home:
    """problem: why there are no parts and will be none, for the user."""

    def __init__(self, open_parts: Open) -> None:
        self._open = open_parts
        self._parts: Parts | None = None
        self._settled = asyncio.Event()
        self.editors = Editors(self._jobs, self._certificates, self._configs, self._settled.wait)
        self.problem = ""

    @contextlib.asynccontextmanager
    async def opening(self) -> AsyncIterator[None]:
        """Opens while the caller goes on; closes what was opened when it leaves."""
        leave = asyncio.Event()
        task = asyncio.create_task(self._live(leave), name="home")
        try:
            yield
        finally:
            leave.set()
            if not self._settled.is_set():
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _live(self, leave: asyncio.Event) -> None:
        try:
            await self.editors.prepare()
            async with self._open() as parts:
                self._parts = parts
                self._settled.set()
                log.info("open")
                await leave.wait()
        except Exception as error:
            # The daemon stays, so that whoever asks is told; a restart would meet the same.
            log.exception("the daemon's parts failed with %s", fault(error))
            self.problem = str(error) if _is_ours(error) else fault(error)
        finally:
            self._parts = None
            self._settled.set()

    async def parts(self) -> Parts:
        """Raises Refusal."""
        await self._settled.wait()
        if self._parts is None:
            why = self.problem or "the daemon is ending"
            raise Refusal("unavailable", f"{why}. `synthd daemon logs` says more")
        return self._parts

    async def methods(self) -> Methods:
        """Raises Refusal."""
        return (await self.parts()).methods

    async def _jobs(self) -> Jobs:
        return (await self.parts()).jobs

    async def _configs(self) -> Configs:
        return (await self.parts()).configs

    async def _certificates(self) -> Certificates:
        return (await self.parts()).certificates

    def running(self) -> Sequence[JobView]:
        return self._parts.running() if self._parts else ()

    def drain(self) -> None:
        """No further job begins here."""
        if self._parts:
            self._parts.drain()

    def models(self) -> Sequence[Body]:
        return self._parts.models() if self._parts else ()

    def watching(self) -> Body:
        return self._parts.watching() if self._parts else {}

    def notes(self) -> Sequence[str]:
        return self._parts.notes() if self._parts else ()

    def idle_minutes(self) -> float:
        return self._parts.idle_minutes() if self._parts else DEFAULT_MINUTES


def _is_ours(error: Exception) -> bool:
    """Ours say what to do, and quote nothing."""
    return type(error).__module__.startswith("synthd.")
