"""Editors are served as soon as the language server is imported, before any store is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import TYPE_CHECKING

from synthd.daemon.service.guests import Guest

if TYPE_CHECKING:
    from synthd.daemon.service.late import Certificates, Jobs
    from synthd.daemon.sessions.warned import Configs
    from synthd.lsp.text.functions import Reading


class Editors:
    """find_jobs, find_certificates, find_configs: raise Refusal where there will be none.
    ready: returns when all parts of the daemon are imported."""

    def __init__(
        self,
        find_jobs: Callable[[], Awaitable[Jobs]],
        find_certificates: Callable[[], Awaitable[Certificates]],
        find_configs: Callable[[], Awaitable[Configs]],
        ready: Callable[[], Awaitable[object]],
    ) -> None:
        self._find_jobs = find_jobs
        self._find_certificates = find_certificates
        self._find_configs = find_configs
        self._ready = ready
        self._imported = asyncio.Event()
        self._reading: Reading | None = None  # one for all, so that few threads read at once

    async def prepare(self) -> None:
        """Import what they need, in a thread: that takes a good part of a second."""
        try:
            await asyncio.to_thread(_language_server)
        finally:
            self._imported.set()  # where it failed, each editor's session says so

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, guest: Guest
    ) -> None:
        await self._imported.wait()
        from synthd.daemon.service.late import LateCertificates, LateJobs
        from synthd.daemon.sessions.serving import serve_editor

        if self._reading is None:
            from synthd.lsp.text.functions import Reading

            self._reading = Reading(self._ready)
        jobs = LateJobs(self._find_jobs)
        certificates = LateCertificates(self._find_certificates)
        try:
            await serve_editor(
                reader,
                writer,
                guest.caller,
                jobs,
                certificates,
                reading=self._reading,
                configs=self._find_configs,
            )
        finally:
            await certificates.close()


def _language_server() -> ModuleType:
    from synthd.daemon.sessions import serving

    return serving
