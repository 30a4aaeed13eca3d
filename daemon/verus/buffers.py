"""Verus for editors: buffers verified as they are typed, the outdated ones given up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from synthd.daemon import config
from synthd.daemon.exits import Failure
from synthd.daemon.isolating import isolation
from synthd.daemon.locations import user_config_file
from synthd.daemon.settings import Settings
from synthd.daemon.verus import sources
from synthd.daemon.verus.installed import open_checker, tool
from synthd.daemon.verus.seam import nothing, verified
from synthd.daemon.verus.sources import Named
from synthd.daemon.verus.verifying import Verifying
from synthd.daemon.watching.folders import Stamp
from synthd.lsp.verdicts import Inquiry, Proofs, Verified
from synthd.sandbox.errors import SandboxError
from synthd.sandbox.verus.found import Installation
from synthd.synth.source.place import find_workspace
from synthd.synth.verifiers.verus.gate import Rules

OUTDATED = "a newer version of this file is being verified"
UNTRUSTED = "this workspace is not trusted, and Verus runs its macros; trust it first"

About = tuple[str, bool]  # a path, and whether it is about a text that the document does not have


def is_rust(path: str) -> bool:
    return Path(path).suffix == sources.SUFFIX


@dataclass(frozen=True, slots=True)
class Opened:
    """stamps: of Verus' programs, which may be replaced by others while this is open."""

    verifying: Verifying
    stamps: tuple[Stamp | None, ...]

    @property
    def outdated(self) -> bool:
        return self.stamps != _stamps(self.verifying.checker.installation)


@dataclass(slots=True)
class RustBuffers:
    """Of one environment. Keeps one checker for each set of settings, with what it knows, until
    `close`."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _opened: dict[str, Opened] = field(default_factory=dict)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _newest: dict[About, tuple[int, asyncio.Task[Verified]]] = field(default_factory=dict)
    _whole: dict[str, tuple[str, Proofs]] = field(default_factory=dict)  # of a path's last text

    async def verify(self, inquiry: Inquiry) -> Verified | None:
        """The function at its offset, or all of them. None where another version of the same
        buffer was given meanwhile, or a newer one before."""
        path, version = (inquiry.path, inquiry.apart), inquiry.version
        known = self._newest.get(path)
        if known is not None and known[0] > version:
            return None
        if known is not None:
            known[1].cancel()
        task = asyncio.create_task(self._verified(inquiry))
        self._newest[path] = (version, task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if task.cancelled() and not (caller and caller.cancelling()):
                return None  # a newer version ended it
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            if self._newest.get(path) == (version, task):
                del self._newest[path]

    async def close(self) -> None:
        tasks = [task for _, task in self._newest.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._opened.clear()
        await self._stack.aclose()

    async def _verified(self, inquiry: Inquiry) -> Verified:
        path, version = inquiry.path, inquiry.version
        if not inquiry.trusted:
            return nothing(path, version, UNTRUSTED)
        try:
            named = await asyncio.to_thread(_named, inquiry)
            verifying = await self._verifying(inquiry)
            reports = await verifying.verify(named)
        except (Failure, SandboxError) as failure:
            return nothing(path, version, str(failure))
        found = verified(path, version, reports)
        return replace(found, proofs=self._beside(inquiry, found.proofs))

    def _beside(self, inquiry: Inquiry, proofs: Proofs | None) -> Proofs | None:
        """What is known of one function, with what is known of the others of the same text."""
        if proofs is None:
            return None
        text, whole = self._whole.get(inquiry.path, ("", proofs))
        if inquiry.offset is not None and text == inquiry.text:
            named = {one.name: one for one in proofs.functions}
            functions = tuple(named.get(one.name, one) for one in whole.functions)
            proofs = replace(whole, version=proofs.version, functions=functions)
        if inquiry.offset is None or text == inquiry.text:
            self._whole[inquiry.path] = inquiry.text, proofs
        return proofs

    async def _verifying(self, inquiry: Inquiry) -> Verifying:
        settings = await asyncio.to_thread(_settings, inquiry, self.environment)
        key = settings.model_dump_json()
        async with self._opening:
            opened = self._opened.get(key)
            if opened is None or opened.outdated:
                opened = self._opened[key] = await self._open(settings)
            return opened.verifying

    async def _open(self, settings: Settings) -> Opened:
        found = await tool(settings, self.environment)
        stamps = _stamps(found.installation)
        opening = open_checker(found, settings, await isolation(unsafe=False))
        checker = await self._stack.enter_async_context(opening)
        rules = Rules(termination=found.demands_termination)
        return Opened(Verifying(checker, rules, found.note), stamps)


def _named(inquiry: Inquiry) -> Named:
    source = sources.of_bytes(inquiry.text.encode("utf-8", "surrogatepass"), inquiry.path)
    if inquiry.offset is None:
        return Named(source)
    return Named(source, sources.at(source, inquiry.offset).path)


def _stamps(installation: Installation) -> tuple[Stamp | None, ...]:
    program = installation.program
    return tuple(Stamp.of(program.with_name(name)) for name in (program.name, "rust_verify", "z3"))


def _settings(inquiry: Inquiry, environment: Mapping[str, str]) -> Settings:
    """Raises BadConfig."""
    workspace = Path(inquiry.workspace) if inquiry.workspace else None
    folder = workspace or find_workspace(Path(inquiry.path))
    given = config.from_editor(inquiry.settings)
    return config.load(folder, user_config_file(), environment, given).settings
