"""A training as its parent sees it: a process to start, to hear, and to stop with a checkpoint."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.thin import locks

NEEDED = ("torch", "transformers", "peft", "accelerate", "safetensors")
CONFIG = "training.json"
# A step of a large model takes so long at most; then its checkpoint is written.
PATIENCE = 300.0
_LOG_LINES, _LONGEST_LINE = 40, 1 << 24
_USERS = ("OtherTraining", "NothingToLearn", "BadData")
# No hub, no telemetry; the folder that we happen to be in is nobody's library.
_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONSAFEPATH": "1",
}


class Watcher(Protocol):
    """Who is told how a training goes."""

    def progress(self, row: Mapping[str, Any]) -> None:
        """As Progress of synth/learning/training/task.py."""
        ...

    def said(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Launch:
    """module: of synth/learning, run as a process with the configuration. folder: of the result,
    where the configuration is kept. gpus: more than one: by accelerate's launcher."""

    module: str
    config: Mapping[str, Any]
    folder: Path
    gpus: int = 1

    @property
    def command(self) -> tuple[str, ...]:
        file = str((self.folder / CONFIG).absolute())
        if self.gpus <= 1:
            return (sys.executable, "-P", "-m", self.module, file)
        launcher = (sys.executable, "-P", "-m", "accelerate.commands.launch")
        how = ("--num_processes", str(self.gpus), "--num_machines", "1", "--multi_gpu")
        fixed = ("--mixed_precision", "no", "--dynamo_backend", "no")
        return (*launcher, *how, *fixed, "-m", self.module, file)


def require_extra() -> None:
    """Raises Missing with the line that installs what trainings need."""
    absent = [name for name in NEEDED if find_spec(name) is None]
    if absent:
        raise Missing(
            f"training needs {', '.join(absent)}, which is not installed: "
            "pip install 'synthd[train]'"
        )


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """The output folder, made where it is not there, for this process alone. Raises BadInput."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = locks.take(str(folder / ".lock"))
    except OSError as error:
        raise BadInput(f"--out {folder}: {error.strerror or error}; name another folder") from None
    if lock is None:
        raise BadInput(f"--out {folder}: another training writes there now; name another folder")
    try:
        yield
    finally:
        lock.release(remove=True)


async def launched(launch: Launch, watcher: Watcher) -> Mapping[str, Any]:
    """Run it to its end; the row of its result. To be called while the folder is held.

    Cancelled, it asks for a checkpoint and waits for it. Raises BadInput and Missing.
    """
    require_extra()
    text = json.dumps(launch.config, indent=1, sort_keys=True)
    (launch.folder / CONFIG).write_text(text + "\n", "utf-8")
    process = await asyncio.create_subprocess_exec(
        *launch.command,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env={**os.environ, **_ENVIRONMENT},
        cwd="/",
        limit=_LONGEST_LINE,
        start_new_session=True,  # a terminal's Ctrl-C does not reach it: we ask for the checkpoint
    )
    running = _Running(process, watcher)
    try:
        return await running.result()
    finally:
        await asyncio.shield(running.close())


class _Running:
    def __init__(self, process: Process, watcher: Watcher) -> None:
        self._process = process
        self._watcher = watcher
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._drain = asyncio.create_task(self._keep_log())

    async def result(self) -> Mapping[str, Any]:
        hearing = asyncio.create_task(self._hear())
        try:
            last = await asyncio.shield(hearing)
        except asyncio.CancelledError:
            self._watcher.said("stopping: the checkpoint of the step in hand is being written")
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await asyncio.shield(hearing)
            raise
        finally:
            hearing.cancel()
        if "result" in last:
            found: Mapping[str, Any] = last["result"]
            return found
        raise await self._failure(last)

    async def _failure(self, last: Mapping[str, Any]) -> BadInput | Missing:
        kind, told = last.get("kind", ""), str(last.get("error", ""))
        if kind in _USERS:
            return BadInput(told)
        if kind and kind != "broken":
            return Missing(told)
        code = await self._process.wait()
        await self._drain
        end = f"killed by signal {-code}" if code < 0 else f"exit status {code}"
        if code == -signal.SIGKILL:
            end += ", as when memory runs out"
        words = " | ".join(list(self._log)[-3:])
        again = "the same command goes on from the last checkpoint"
        return Missing(f"the training broke ({end}): {told or words}; {again}")

    async def _hear(self) -> Mapping[str, Any]:
        """To the end of its stdout; its last row."""
        assert self._process.stdout
        last: Mapping[str, Any] = {}
        async for line in self._process.stdout:
            row = _row(line)
            if "progress" in row:
                self._watcher.progress(row["progress"])
            elif "said" in row:
                self._watcher.said(str(row["said"]))
            elif row:
                last = row
        return last

    async def _keep_log(self) -> None:
        assert self._process.stderr
        while chunk := await self._process.stderr.read(1 << 14):
            self._log.extend(line for line in chunk.decode(errors="replace").splitlines() if line)

    def _signal(self, number: signal.Signals) -> None:
        """To all of its processes: a launcher has several."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    async def close(self) -> None:
        """Leaves nothing running."""
        assert self._process.stdin
        self._process.stdin.close()
        self._signal(signal.SIGKILL)
        await self._process.wait()
        await self._drain
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()


def _row(line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
