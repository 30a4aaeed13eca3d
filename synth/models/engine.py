"""The embedded engine as its parent sees it: a process to start, reach and stop."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from synthd.synth.models.errors import EngineKilled, ModelFailed, NoModel, UnknownModel

if TYPE_CHECKING:
    import httpx

# What transformers' engine needs, and where it comes from.
PACKAGES = ("torch", "transformers", "safetensors")
EXTRA = "install synthd with its extra `train`: pip install 'synthd[train]'"
KEPT_LOG_LINES = 40
GRACE = 0.5
# llama.cpp's threads wait for each other by spinning, and crawl when anything else (the judge,
# another engine) wants their processors: measured, at a tenth of the speed. Going to sleep after
# a short spin avoids that, and costs nothing on an idle machine (sleeping at once costs half).
PATIENT_THREADS = {"GOMP_SPINCOUNT": "1000"}


class Program(StrEnum):
    """What runs the model; the module that is the child process."""

    LLAMA = "synthd.synth.models.engine_child"
    TRANSFORMERS = "synthd.synth.models.hf.child"

    @property
    def command(self) -> tuple[str, ...]:
        # -P: the folder that we happen to be in is nobody's library.
        return (sys.executable, "-P", "-m", self.value)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """context is per slot, in tokens. threads None: one per processor we may use. weights: a file
    of llama.cpp's, or a folder of transformers'; device and dtype are the latter's alone."""

    weights: Path
    name: str
    slots: int = 4
    context: int = 4096
    threads: int | None = None
    deadline: float = 180.0  # to load, from a slow disk
    program: Program = Program.LLAMA
    device: str = "auto"
    dtype: str = "auto"

    @property
    def processors(self) -> int:
        return max(1, self.threads or len(os.sched_getaffinity(0)))

    @property
    def model(self) -> str:
        """The name with its backend."""
        return f"{'local' if self.program is Program.LLAMA else 'hf'}/{self.name}"


class Engine:
    """A running engine. Made by `launch`; its owner must `stop` it."""

    def __init__(self, process: Process, key: str) -> None:
        self.key = key  # without which it answers nobody
        self.address = ""
        self.where = ""  # what it runs on, where it says so
        self._process = process
        self._log: deque[str] = deque(maxlen=KEPT_LOG_LINES)
        self._drain = asyncio.create_task(self._keep_log())
        self._client: httpx.AsyncClient | None = None

    @property
    def client(self) -> httpx.AsyncClient:
        """Reaches this engine and nothing else."""
        assert self._client is not None, "launch has not returned yet"
        return self._client

    @classmethod
    async def launch(cls, settings: EngineSettings, command: Sequence[str] = ()) -> Engine:
        """Start and wait until it listens. Leaves no process where that fails or is cancelled.

        command: another program that speaks as engine_child does.
        """
        _check(settings, ours=not command)
        process = await asyncio.create_subprocess_exec(
            *(command or settings.program.command),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={**PATIENT_THREADS, **os.environ},
            cwd="/",
            start_new_session=True,  # a terminal's Ctrl-C does not reach it
        )
        engine = cls(process, secrets.token_urlsafe(32))
        try:
            async with asyncio.timeout(settings.deadline):
                await engine._get_ready(settings)
        except TimeoutError:
            await engine.stop()
            raise ModelFailed(
                f"the embedded engine did not load {settings.name} within {settings.deadline:g} s"
            ) from None
        except BaseException:
            await engine.stop()
            raise
        return engine

    async def _get_ready(self, settings: EngineSettings) -> None:
        assert self._process.stdin and self._process.stdout
        wanted = {
            "parent": os.getpid(),
            "weights": str(settings.weights.resolve()),
            "name": settings.name,
            "key": self.key,
            "slots": settings.slots,
            "context": settings.context,
            "threads": settings.processors,
            "device": settings.device,
            "dtype": settings.dtype,
        }
        try:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError:
            pass  # it died at once; its log says why
        line = await self._process.stdout.readline()
        if not line:
            words = await self.last_words()
            failed = EngineKilled if (self._process.returncode or 0) < 0 else ModelFailed
            raise failed(f"the embedded engine could not start: {words}")
        answer = json.loads(line)
        if "libgomp" in answer.get("error", ""):
            raise NoModel(
                "the embedded engine needs the system library libgomp: apt-get install libgomp1"
            )
        if "refused" in answer:
            raise NoModel(answer["refused"])
        if "error" in answer:
            raise ModelFailed(
                f"the embedded engine could not load {settings.weights}: "
                f"{answer['error']}; {await self.last_words()}"
            )
        self.address, self.where = answer["address"], answer.get("where", "")
        self._client = client(self.address, self.key)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def last_words(self) -> str:
        """How it ended and the end of its log, on one line; "" if it runs on.

        A connection breaks a moment before its process is gone: wait for that moment.
        """
        try:
            async with asyncio.timeout(GRACE):
                await self._process.wait()
                await asyncio.shield(self._drain)
        except TimeoutError:
            if self.running:
                return ""
        code = self._process.returncode or 0
        end = f"killed by signal {-code}" if code < 0 else f"exit status {code}"
        return " | ".join([end, *list(self._log)[-3:]])

    async def stop(self) -> None:
        """At once: it holds nothing worth saving."""
        if self.running:
            try:
                self._process.kill()
            except ProcessLookupError:
                pass
        await asyncio.shield(self._reap())  # takes a moment, and leaves nothing half closed

    async def _reap(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()
        await self._drain
        transport = getattr(self._process, "_transport", None)
        if transport is not None:
            transport.close()  # now, rather than when all its pipes have ended
        if self._client is not None:
            await self._client.aclose()

    async def _keep_log(self) -> None:
        assert self._process.stderr
        while chunk := await self._process.stderr.read(1 << 14):
            self._log.extend(line for line in chunk.decode(errors="replace").splitlines() if line)


def _check(settings: EngineSettings, *, ours: bool) -> None:
    if settings.program is Program.TRANSFORMERS:
        if ours and (missing := missing_extra()):
            raise NoModel(f"hf/… needs {missing}: {EXTRA}")
        if not settings.weights.is_dir():
            raise UnknownModel(f"there is no model in {settings.weights}")
        return
    if ours and find_spec("xllamacpp") is None:
        raise NoModel(
            "the embedded engine is not installed: install synthd with its extra `local` "
            "(pipx install '.[local]' from a clone), or use --model ollama/NAME"
        )
    if not settings.weights.is_file():
        raise UnknownModel(
            f"no weights at {settings.weights}: run `synthd models pull {settings.name}`"
        )


def missing_extra() -> str:
    """The first package of the extra `train` that is not here; "" where all are."""
    return next((name for name in PACKAGES if find_spec(name) is None), "")


def client(address: str, key: str) -> httpx.AsyncClient:
    """Reaches the engine there and nothing else. It must be closed."""
    import httpx

    return httpx.AsyncClient(
        base_url=address,
        headers={"Authorization": f"Bearer {key}"},
        timeout=None,  # deadlines are retry.py's
        trust_env=False,  # no proxy between us and our own child
        verify=False,  # not over TLS: the certificates of this machine would be loaded for nothing
    )
