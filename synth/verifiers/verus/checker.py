"""Verus as the rest of synthd asks it: one program in, one report out, several at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from synthd.sandbox.level import Detection, Level
from synthd.sandbox.verus import command
from synthd.sandbox.verus.found import Installation
from synthd.sandbox.verus.process import allow, run
from synthd.sandbox.verus.run import VerusLimits
from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.token import Kind, Token
from synthd.synth.verifiers.verus.cache import Cache, key_of
from synthd.synth.verifiers.verus.report import VerusReport
from synthd.synth.verifiers.verus.understanding import understand

_RECENT = 500
_Asked = tuple[str, int | None, float | None, str, bool]


class Checker:
    """Ask it with `check`; make it with `open`. What it was asked before it answers by itself."""

    def __init__(
        self,
        installation: Installation,
        limits: VerusLimits,
        level: Level,
        jobs: int,
        cache: Path | None,
    ) -> None:
        self.installation = installation
        self.limits = limits
        self._level = level
        self._slots = asyncio.Semaphore(jobs)
        self._cache = Cache(cache)
        self._recent: dict[_Asked, tuple[tuple[str, ...], str]] = {}
        self._running: set[asyncio.Task[VerusReport]] = set()

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        installation: Installation,
        limits: VerusLimits,
        detection: Detection,
        *,
        jobs: int = 2,
        cache: Path | None = None,
        unsafe: bool = False,
    ) -> AsyncIterator[Checker]:
        """jobs: how many run at once. cache: a folder for what is decided.

        Raises SandboxUnavailable where there is no isolation and unsafe is not set.
        """
        allow(detection, unsafe)
        checker = cls(installation, limits, detection.level, jobs, cache)
        try:
            yield checker
        finally:
            await checker._close()

    async def check(
        self,
        program: str,
        *,
        seed: int | None = None,
        rlimit: float | None = None,
        only: str = "",
        document: int | None = None,
        no_cheating: bool = False,
    ) -> VerusReport:
        """seed: of the solver. rlimit: in place of the limits' own. only: verify one function,
        by its path. document: the version of an editor's buffer, handed through.
        no_cheating: assumptions are errors, where this version can say so.

        Cancelling it leaves no process. Raises SandboxError where nothing can be run.
        """
        flags, key = self._asked(program, seed, rlimit, only, no_cheating)
        known = await self._cache.get(key, program)
        if known is None:
            known = await self._run(program, flags, key, only)
        return known if document is None else replace(known, document=document)

    def _asked(
        self, program: str, seed: int | None, rlimit: float | None, only: str, no_cheating: bool
    ) -> tuple[tuple[str, ...], str]:
        """The flags and the key. Those of the same text are known without reading it again."""
        asked = (program, seed, rlimit, only, no_cheating)
        if asked in self._recent:
            return self._recent[asked]
        tokens = meaningful(program)
        flags = command.flags(
            self.installation,
            self.limits,
            rlimit=rlimit,
            seed=seed,
            only=_selecting(tokens, only) if only else (),
            library=not _has_main(tokens),
            no_cheating=no_cheating,
        )
        build = self.installation.build
        self._recent[asked] = flags, key_of(tokens, build.version, flags, build.commit)
        if len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]
        return self._recent[asked]

    async def _run(self, program: str, flags: tuple[str, ...], key: str, only: str) -> VerusReport:
        """In a task of its own, so that closing the checker ends it whoever waits for it."""
        task = asyncio.create_task(self._checked(program, flags, key, only))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise

    async def _checked(
        self, program: str, flags: tuple[str, ...], key: str, only: str
    ) -> VerusReport:
        async with self._slots:
            ran = await run(
                command.order(self.installation, flags),
                {command.PROGRAM: program},
                self._level,
                self.limits,
            )
        # In a thread: a program of thousands of lines takes a while to be read.
        version = self.installation.version
        report = await asyncio.to_thread(understand, program, ran, only=only, version=version)
        await self._cache.put(key, program, report)
        return report

    async def _close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


def _has_main(tokens: Sequence[Token]) -> bool:
    """Outside of everything but `verus! { }`. Without it Verus must be told of a library."""
    depth = 0
    for one, other in pairwise(tokens):
        depth += (one.text == "{") - (one.text == "}")
        if depth <= 1 and (one.text, other.text) == ("fn", "main"):
            return True
    return False


def _selecting(tokens: Sequence[Token], only: str) -> tuple[str, ...]:
    """The flags for one function: its module, and its name as Verus has it in there.

    Of a trait's implementation Verus' name has a number in place of the type and the trait: there
    the last name must do.
    """
    modules = _modules(tokens)
    words = only.split("::")
    depth = 0
    while depth < len(words) - 1 and words[depth] in modules:
        depth += 1
    inner = words[depth:]
    name = "::".join(inner) if len(inner) <= 2 else inner[-1]
    where = ("--verify-module", "::".join(words[:depth])) if depth else ("--verify-root",)
    return (*where, "--verify-function", name)


def _modules(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(b.text for a, b in pairwise(tokens) if a.text == "mod" and b.kind is Kind.WORD)
