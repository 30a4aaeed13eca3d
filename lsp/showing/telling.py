"""What the editor is told when functions stand otherwise: synthd/verification, new lenses."""

from __future__ import annotations

import asyncio
import time

from lsprotocol import types

from synthd.lsp.editor import Editor, EditorFailed
from synthd.lsp.jobs.table import Job
from synthd.lsp.later import Later
from synthd.lsp.session import Session
from synthd.lsp.showing.abilities import Abilities
from synthd.lsp.showing.lenses import Lenses
from synthd.lsp.text.functions import Functions, Sight
from synthd.lsp.verifying.standings import Shown, State, ages
from synthd.lsp.verifying.verifications import Verifications
from synthd.lsp.wire import SCHEMA

EVENT = "verification"
VERIFICATION = "synthd/verification"
GATHER = 0.05  # seconds: what happens at once is told once
APART = 1.0  # between two refreshes of lenses: an editor asks for all of them again each time
OFTEN = 5.0  # seconds between two looks at what has aged
ANSWER = 10.0


class Telling:
    """Only what has changed is told."""

    def __init__(
        self,
        session: Session,
        functions: Functions,
        verifications: Verifications,
        lenses: Lenses,
        abilities: Abilities,
    ) -> None:
        self._session = session
        self._functions = functions
        self._verifications = verifications
        self._lenses = lenses
        self._told: dict[str, dict[str, object]] = {}
        self._shown: dict[str, tuple[str, ...]] = {}
        self._later = Later("telling how functions stand", self._tell, GATHER)
        self._refresh = Refresh(session.editor, abilities)
        self._ticking: asyncio.TimerHandle | None = None
        self._aging: dict[str, asyncio.TimerHandle] = {}
        verifications.told.subscribe(self._soon)
        changes = session.changes
        changes.job.subscribe(self._job)
        changes.closed.subscribe(self._forget)
        changes.closing.subscribe(lambda _: self._close())

    def _soon(self, uri: str) -> None:
        """Verdicts may come faster than they are told."""
        self._later.soon(uri, GATHER)

    def _job(self, job: Job) -> None:
        self._soon(job.uri)
        if self._ticking is None and not job.over:
            self._ticking = asyncio.get_running_loop().call_later(APART, self._tick)

    def _tick(self) -> None:
        """The lenses of functions that are worked on count programs."""
        self._ticking = None
        running = [job for job in self._session.jobs if not job.over]
        for job in running:
            self._job(job)

    async def _tell(self, uri: str) -> None:
        sight = await self._functions.of(uri)
        if sight is None:
            return
        shown = self._verifications.shown(sight)
        if EVENT in self._session.editor.events:
            payload = wire(sight, shown)
            if self._told.get(uri) != payload:
                self._told[uri] = payload
                self._session.editor.notify(VERIFICATION, payload)
        titles = self._lenses.titles(sight, shown)
        if self._shown.get(uri, ()) != titles:
            self._shown[uri] = titles
            self._refresh.ask()
        self._age(uri, shown)

    def _age(self, uri: str, shown: list[Shown]) -> None:
        """Titles say how long ago that was."""
        self._forget_age(uri)
        now, verified = time.time(), (one for one in shown if one.state is State.VERIFIED)
        soonest = min((ages(one.known.at, now) for one in verified if one.known), default=None)
        if soonest is not None:
            wait = max(soonest + GATHER, OFTEN)
            self._aging[uri] = asyncio.get_running_loop().call_later(wait, self._soon, uri)

    def _forget_age(self, uri: str) -> None:
        if (handle := self._aging.pop(uri, None)) is not None:
            handle.cancel()

    def _forget(self, uri: str) -> None:
        self._later.drop(uri)
        self._forget_age(uri)
        self._told.pop(uri, None)
        self._shown.pop(uri, None)

    def _close(self) -> None:
        self._later.close()
        self._refresh.close()
        for uri in list(self._aging):
            self._forget_age(uri)
        if self._ticking is not None:
            self._ticking.cancel()


class Refresh:
    """Asks the editor for lenses to be asked for again, at most once a second."""

    def __init__(self, editor: Editor, abilities: Abilities) -> None:
        self._editor = editor
        self._abilities = abilities
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._closed = False

    def ask(self) -> None:
        self._again = True
        if not self._closed and self._task is None and self._abilities.refreshes_lenses:
            self._task = asyncio.create_task(self._run(), name="refresh lenses")

    def close(self) -> None:
        self._closed = True
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            while self._again:
                self._again = False
                try:
                    await self._editor.ask(types.WORKSPACE_CODE_LENS_REFRESH, None, ANSWER)
                except EditorFailed:
                    return  # it asks when it likes
                await asyncio.sleep(APART)
        finally:
            self._task = None


def wire(sight: Sight, shown: list[Shown]) -> dict[str, object]:
    """The whole list, with the version that it is about."""
    return {
        "schema": SCHEMA,
        "uri": sight.buffer.uri,
        "version": sight.buffer.version,
        "functions": [_function(one) for one in shown],
    }


def _function(shown: Shown) -> dict[str, object]:
    known = shown.known
    return {
        "function": shown.function.name,
        "line": shown.function.line,
        "state": str(shown.standing),
        "grade": shown.grade,
        "title": shown.title,
        "message": shown.message,
        "examples": shown.function.examples,
        "passed": known.passed if known else 0,
        "total": known.total if known else 0,
        "inputs": known.inputs if known else 0,
        "at": known.at if known else 0.0,
    }
