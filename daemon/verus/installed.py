"""Which Verus is used, what is known about that version, and what it may use."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import Missing
from synthd.daemon.settings import Settings
from synthd.sandbox.errors import SandboxError
from synthd.sandbox.level import Detection
from synthd.sandbox.limits import MIB
from synthd.sandbox.verus.errors import VerusMissing
from synthd.sandbox.verus.found import Installation, find
from synthd.sandbox.verus.process import sweep
from synthd.sandbox.verus.run import VerusLimits
from synthd.synth.verifiers.verus.checker import Checker

TESTED = "0.2026.07.24"
# From then on loops and recursive functions need `decreases` (verus-lang/verus, request 1545).
_TERMINATION = (2025, 5)
_DATED = re.compile(r"0\.(\d{4})\.(\d{2})\.(\d{2})")


@dataclass(frozen=True, slots=True)
class Tool:
    """Verus as found. note: what to know about this version, "" for nothing."""

    installation: Installation
    note: str = ""

    @property
    def demands_termination(self) -> bool:
        """Where this cannot be told, the gate is the stricter one."""
        dated = _DATED.match(self.installation.version)
        return dated is not None and (int(dated[1]), int(dated[2])) >= _TERMINATION


async def tool(settings: Settings, environment: Mapping[str, str]) -> Tool:
    """Raises Missing, which says what is missing and how to get it."""
    try:
        found = await find(settings.verus, environment)
    except VerusMissing as missing:
        raise Missing(str(missing)) from None
    return Tool(found, _note(found.version))


def limits(settings: Settings) -> VerusLimits:
    return VerusLimits(
        wall_seconds=settings.verus_seconds,
        memory_bytes=settings.verus_memory_mb * MIB,
        rlimit=settings.verus_rlimit,
    )


@asynccontextmanager
async def open_checker(
    tool: Tool,
    settings: Settings,
    detection: Detection,
    *,
    unsafe: bool = False,
    cache: Path | None = None,
) -> AsyncIterator[Checker]:
    """Raises Missing where Verus cannot be run here."""
    await asyncio.to_thread(sweep)
    opened = Checker.open(
        tool.installation,
        limits(settings),
        detection,
        jobs=settings.verus_jobs,
        cache=cache,
        unsafe=unsafe,
    )
    try:
        async with opened as checker:
            yield checker
    except SandboxError as error:
        raise Missing(str(error)) from None


def _note(version: str) -> str:
    dated = _DATED.match(version)
    if dated is None:
        return f"Verus calls its version {version}, which says no date: tested is {TESTED}"
    if (int(dated[1]), int(dated[2])) < _TERMINATION:
        return (
            f"Verus {version} is older than what synthd was tested with ({TESTED}): it does not "
            "demand `decreases`, so synthd's own gate is stricter about loops and recursion"
        )
    return ""
