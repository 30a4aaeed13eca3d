"""The process that scores programs: started, asked, and stopped (learning/verifier/child.py)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.synth.unmet import Unmet

# -P: the folder that we happen to be in is nobody's library.
CHILD = (sys.executable, "-P", "-m", "synthd.synth.learning.verifier.child")
_LOG_LINES, _LONGEST_LINE = 40, 1 << 24


@dataclass(frozen=True, slots=True)
class ScorerSettings:
    """folder: of the verifier. base: of the model that it was trained from. deadline: of loading;
    patience: of one batch. Both in seconds."""

    folder: Path
    base: Path
    identity: str
    threads: int | None = None
    device: str = "auto"
    dtype: str = "auto"
    deadline: float = 600.0
    patience: float = 600.0

    @property
    def processors(self) -> int:
        return max(1, self.threads or len(os.sched_getaffinity(0)))


class Gone(Exception):
    """The process is no more. str() is how it ended."""


class ScorerProcess:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._drain = asyncio.create_task(self._keep_log())

    @classmethod
    async def launch(cls, settings: ScorerSettings, command: Sequence[str]) -> ScorerProcess:
        """Raises Unmet. Leaves no process where that fails or is cancelled."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            limit=_LONGEST_LINE,
            cwd="/",
            start_new_session=True,  # a terminal's Ctrl-C does not reach it
        )
        child = cls(process)
        try:
            async with asyncio.timeout(settings.deadline):
                await child._get_ready(settings)
        except TimeoutError:
            await child.stop()
            raise Unmet(
                f"the learned verifier did not load within {settings.deadline:g} s"
            ) from None
        except BaseException:
            await child.stop()
            raise
        return child

    async def _get_ready(self, settings: ScorerSettings) -> None:
        told = {
            "parent": os.getpid(),
            "folder": str(settings.folder.resolve()),
            "base": str(settings.base.resolve()),
            "threads": settings.processors,
            "device": settings.device,
            "dtype": settings.dtype,
        }
        try:
            await self._say(told)
            row = await self._row()
        except Gone as gone:
            raise Unmet(f"the learned verifier could not start: {gone}") from None
        if "refused" in row:
            raise Unmet(str(row["refused"]))
        if "ready" not in row:
            why = str(row.get("error", row))
            if "No module named" in why:
                why += "; pip install 'synthd[train]'"
            raise Unmet(f"the learned verifier in {settings.folder} cannot be loaded: {why}")

    async def ask(self, number: int, x: str, programs: list[str]) -> list[float]:
        """Raises Gone, and Unmet where these cannot be scored."""
        await self._say({"id": number, "x": x, "programs": programs})
        while True:
            row = await self._row()
            if row.get("id") != number:
                continue  # of a question that was cancelled in the last moment
            if "rewards" not in row:
                raise Unmet(f"the learned verifier cannot score a program: {row.get('error')}")
            return [float(reward) for reward in row["rewards"]]

    async def cancel(self, number: int) -> None:
        with contextlib.suppress(Gone):
            await self._say({"cancel": number})

    async def stop(self) -> None:
        """At once: it holds nothing worth saving."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await asyncio.shield(self._reap())

    async def _reap(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()
        await self._drain
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()

    async def _say(self, row: dict[str, Any]) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(row).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError:
            raise Gone(await self._last_words()) from None

    async def _row(self) -> dict[str, Any]:
        assert self._process.stdout
        line = await self._process.stdout.readline()
        if not line:
            raise Gone(await self._last_words())
        found: dict[str, Any] = json.loads(line)
        return found

    async def _last_words(self) -> str:
        if self._process.returncode is None:
            self._process.kill()
        code = await self._process.wait()
        await self._drain
        end = f"killed by signal {-code}" if code < 0 else f"exit status {code}"
        return " | ".join([end, *list(self._log)[-3:]])

    async def _keep_log(self) -> None:
        assert self._process.stderr
        while chunk := await self._process.stderr.read(1 << 14):
            self._log.extend(line for line in chunk.decode(errors="replace").splitlines() if line)
