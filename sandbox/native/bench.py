"""One candidate in its sandbox: built once, then run as often as its tests want."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from synthd.sandbox.checks import Outcome
from synthd.sandbox.errors import SandboxBroken
from synthd.sandbox.inside.native_wire import Order
from synthd.sandbox.limits import MIB, Limits
from synthd.sandbox.native.endings import of_compiler, of_program
from synthd.sandbox.native.process import Ran, Supervised
from synthd.sandbox.native.toolchain import Toolchain
from synthd.sandbox.programs import Language

_PATIENCE = 10.0  # for the supervisor, which keeps the limits, to say that one was hit
_COMPILER_SHARE = 2  # a compiler may use so many times a candidate's memory
_COMPILER_LEAST = 1536 * MIB  # and this in any case: rustc maps 600 MiB before it does anything
_STACK = 32 * MIB


class Unbuilt(Exception):
    """There is no program to run. The candidate's doing: outcome and detail go into the report."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


class Bench:
    def __init__(self, supervised: Supervised, toolchain: Toolchain, limits: Limits) -> None:
        self._supervised = supervised
        self._toolchain = toolchain
        self.limits = limits
        self.cpu = 0.0
        self._hurried = False

    @property
    def language(self) -> Language:
        return self._toolchain.language

    async def build(self, text: str, flags: tuple[str, ...], *, checked: bool) -> None:
        """checked: with tests, so that no function of the C library may be replaced.

        Raises Unbuilt.
        """
        seconds = self.limits.load_seconds
        memory = max(_COMPILER_SHARE * self.limits.memory_bytes, _COMPILER_LEAST)
        inspect = "strict" if self.language is Language.CPP else "library"
        head = {
            **self._common(seconds, seconds, memory),
            "argv": self._toolchain.command(flags, checked),
            "inspect": inspect if checked else "",
            "channel": 0,
            "output_bytes": 0,  # what it says beyond a limit is not kept
            "threads": 0,
            "open_files": max(256, self.limits.open_files),
        }
        async with _answering(seconds):
            ran = await self._supervised.ask(Order.COMPILE, head, text.encode(errors="replace"))
        self.cpu += ran.cpu
        outcome, detail = of_compiler(ran, self.limits, memory)
        if outcome is Outcome.PASS and ran.replaced:
            names = ", ".join(ran.replaced[:5])
            outcome, detail = Outcome.COMPILE_ERROR, f"defines the C function {names}"
        if outcome is not Outcome.PASS:
            raise Unbuilt(outcome, detail)

    async def exchange(self, given: str, left: float) -> tuple[Ran, tuple[Outcome, str]]:
        """left: seconds for this and all further rows. After a timeout others are hurried."""
        limits = self.limits
        cpu = limits.hurried_cpu_seconds if self._hurried else limits.cpu_seconds
        wall = limits.hurried_wall_seconds if self._hurried else limits.wall_seconds
        wall = min(wall, left)
        ran = await self._run(cpu, wall, 0, given.encode(errors="surrogateescape"))
        ending = of_program(ran, limits, cpu, wall)
        self._hurried = self._hurried or ending[0] is Outcome.TIMEOUT
        return ran, ending

    async def test(self, channel: int) -> Ran:
        return await self._run(self.limits.cpu_seconds, self.limits.wall_seconds, channel, b"")

    async def _run(self, cpu: float, wall: float, channel: int, given: bytes) -> Ran:
        head = {
            **self._common(cpu, wall, self.limits.memory_bytes),
            "channel": channel,
            "output_bytes": self.limits.output_bytes,
            "threads": self.limits.threads,
            "open_files": self.limits.open_files,
        }
        async with _answering(wall):
            ran = await self._supervised.ask(Order.RUN, head, given)
        self.cpu += ran.cpu
        return ran

    def _common(self, cpu: float, wall: float, memory: int) -> dict[str, Any]:
        return {
            "cpu_seconds": cpu,
            "wall_seconds": wall,
            "memory_bytes": memory,
            "file_bytes": self.limits.file_bytes,
            "scratch_bytes": self.limits.scratch_bytes,
            "stack_bytes": _STACK,
        }


@contextlib.asynccontextmanager
async def _answering(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds + _PATIENCE):
            yield
    except TimeoutError:
        raise SandboxBroken("the sandbox does not answer") from None
