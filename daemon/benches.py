"""Sandboxes of files that are judged again and again, kept open for a while after each use."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from synthd.sandbox.checks import Checks
from synthd.sandbox.context import ModuleContext
from synthd.sandbox.errors import SandboxBroken
from synthd.sandbox.judge import PythonJudge
from synthd.sandbox.level import Detection
from synthd.sandbox.limits import Limits

IDLE = 60.0  # seconds
OLDEST = 600.0  # what is installed for the interpreter may change meanwhile
MOST = 3  # files


@dataclass(frozen=True, slots=True)
class Key:
    """masked: the files that the sandbox hides, by what tells a file from the one that takes its
    place: where one was replaced nothing hides the new one."""

    context: ModuleContext
    limits: Limits
    detection: Detection
    masked: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, context: ModuleContext, limits: Limits, detection: Detection) -> Key:
        seen = [path.stat() for path in context.masked]
        return cls(context, limits, detection, tuple((one.st_dev, one.st_ino) for one in seen))


@dataclass(slots=True, eq=False)
class Bench:
    """One pair of sandboxes. task: has it open, and closes it where it is cancelled."""

    judge: asyncio.Future[PythonJudge]
    opened: float
    task: asyncio.Task[None] | None = None
    users: int = 0
    used: float = 0.0
    broken: bool = False


@dataclass(slots=True)
class Benches:
    """Close it: no sandbox is left then. idle: seconds after which an unused one goes."""

    idle: float = IDLE
    _held: dict[Key, Bench] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def one(
        self, context: ModuleContext, limits: Limits, detection: Detection
    ) -> AsyncIterator[PythonJudge]:
        """A judge to make others of with `with_function`. Raises SandboxError, OSError."""
        bench = self._bench(Key.of(context, limits, detection))
        bench.users += 1
        try:
            yield await asyncio.shield(bench.judge)
        except Exception:
            bench.broken = True  # or so it seems: a new one costs little
            raise
        finally:
            bench.users -= 1
            bench.used = asyncio.get_running_loop().time()
            self._sweep()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _bench(self, key: Key) -> Bench:
        loop = asyncio.get_running_loop()
        held = self._held.get(key)
        if held is not None and not held.broken and loop.time() - held.opened < OLDEST:
            return held
        if held is not None:
            self._let_go(key)
        bench = self._held[key] = Bench(loop.create_future(), loop.time())
        bench.task = asyncio.create_task(self._open(key, bench), name="a bench")
        self._tasks.add(bench.task)
        bench.task.add_done_callback(self._tasks.discard)
        return bench

    async def _open(self, key: Key, bench: Bench) -> None:
        try:
            async with PythonJudge.open(
                key.context, "", "", Checks(), key.limits, key.detection
            ) as judge:
                bench.judge.set_result(judge)
                await self._unused(bench)
        except Exception as error:
            _fail(bench, error)
        finally:
            _fail(bench, SandboxBroken("it was closed"))
            if self._held.get(key) is bench:
                del self._held[key]

    async def _unused(self, bench: Bench) -> None:
        """Returns once it was not used for a while."""
        loop = asyncio.get_running_loop()
        bench.used = loop.time()
        while bench.users or loop.time() - bench.used < self.idle:
            rest = bench.used + self.idle - loop.time()
            await asyncio.sleep(self.idle if bench.users else max(rest, 0.0))

    def _sweep(self) -> None:
        """Those that are broken, and of those that nobody uses what is too many."""
        unused = [key for key, bench in self._held.items() if not bench.users]
        unused.sort(key=lambda key: (not self._held[key].broken, self._held[key].used))
        broken = sum(self._held[key].broken for key in unused)
        for key in unused[: max(broken, len(self._held) - MOST)]:
            self._let_go(key)

    def _let_go(self, key: Key) -> None:
        """Whoever uses it still has it to the end, and it goes when it is idle."""
        bench = self._held.pop(key)
        if bench.task is not None and not bench.users:
            bench.task.cancel()


def _fail(bench: Bench, error: Exception) -> None:
    bench.broken = True
    if not bench.judge.done():
        bench.judge.set_exception(error)
        bench.judge.exception()  # perhaps nobody waits for it any more
