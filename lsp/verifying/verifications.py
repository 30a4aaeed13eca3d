"""What is known of the functions of each open document, and the runs that find it out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from pygls.exceptions import JsonRpcContentModified

from synthd.lsp.arguments import BadRequest
from synthd.lsp.changes import Signal
from synthd.lsp.jobs.working import Working
from synthd.lsp.later import Later
from synthd.lsp.session import Session
from synthd.lsp.text.functions import OUTDATED, Functions, Sight
from synthd.lsp.text.positions import Point, offset_at
from synthd.lsp.verdicts import Hear, Inquiry, Known, Proofs
from synthd.lsp.verifying.findings import Findings
from synthd.lsp.verifying.proofs import of_proofs
from synthd.lsp.verifying.standings import Shown, summary
from synthd.lsp.verifying.turns import Turns
from synthd.synth.source.outlined import Outlined

LOOK = 0.3  # seconds after a change until certificates are looked at
RUN = 0.2  # after saving
TYPED = 1.5  # after a change, where that is when to verify
SHOW = 1.0  # a run that takes longer is shown
LONGEST = 600.0  # for all checks of a function
NOTHING = "There is nothing to verify: no function here has both a body and examples."
NOTHING_HERE = "There is nothing to verify here: put the cursor into a function that has a body."
UNTRUSTED = "This workspace is not trusted, and verifying runs its code. Trust it first."


@dataclass(slots=True)
class _Document:
    """asked: the functions to verify, by a place in them; None: all. ordered: by a user, who wants
    to hear what came of it."""

    uri: str
    findings: Findings = field(default_factory=Findings)
    asked: set[Point | None] = field(default_factory=set)
    ordered: set[Point | None] = field(default_factory=set)


class Verifications:
    """told: the URI of a document of which something else is known now, or that has changed. ran:
    the same, where it is something that was found out."""

    def __init__(self, session: Session, functions: Functions) -> None:
        self._session = session
        self._functions = functions
        self._documents: dict[str, _Document] = {}
        self._look = Later("looking at certificates", self._looked, LOOK)
        self._run = Later("verifying", self._verified, RUN)
        self.told: Signal[str] = Signal()
        self.ran: Signal[str] = Signal()
        self.working = Working(session.jobs)
        self._subscribe()

    def _subscribe(self) -> None:
        changes = self._session.changes
        changes.opened.subscribe(self._opened)
        changes.changed.subscribe(self._changed)
        changes.saved.subscribe(self._saved)
        changes.closed.subscribe(self._closed)
        changes.known.subscribe(self._news)
        changes.closing.subscribe(lambda _: self._close())

    # ------------------------------------------------------------ what is shown

    def shown(self, sight: Sight) -> list[Shown]:
        """Those of which there is something to say."""
        findings, now, rust = self._findings(sight), time.time(), sight.rust
        jobs = self.working.on(sight)
        every = (
            findings.shown(one, now, rust=rust).of(jobs.get(one.key)) for one in sight.functions
        )
        return [one for one in every if one.matters]

    def of(self, sight: Sight, function: Outlined) -> Shown:
        """How one of its functions stands, or any other one."""
        shown = self._findings(sight).shown(function, time.time(), rust=sight.rust)
        return shown.of(self.working.on(sight).get(function.key))

    def proofs(self, sight: Sight) -> Proofs | None:
        """What Verus says of this very text."""
        return self._findings(sight).proofs(sight)

    def _findings(self, sight: Sight) -> Findings:
        document = self._documents.get(unquote(sight.buffer.uri))
        return document.findings if document else Findings()

    # ------------------------------------------------------------ what is asked for

    def ask(self, uri: str, point: Point | None) -> None:
        """See synthd.lsp.presented."""
        document = self._documents.get(unquote(uri))
        if document is None:
            raise BadRequest(f"{uri} is not open in the editor. Open it and ask again.")
        if not self._session.trusted:
            raise BadRequest(UNTRUSTED)
        document.asked.add(point)
        document.ordered.add(point)
        self._run.ask(uri, 0.0)

    def _opened(self, uri: str) -> None:
        self._documents[unquote(uri)] = _Document(uri)
        self._look.ask(uri, 0.0)

    def _changed(self, uri: str) -> None:
        document = self._documents.get(unquote(uri))
        if document is None:
            return
        self._run.drop(uri)
        document.asked.clear()
        document.ordered.clear()
        document.findings.turns = {}
        self._look.ask(uri)
        if self._session.verify == "change":
            self._by_itself(document, TYPED)

    def _saved(self, uri: str) -> None:
        document = self._documents.get(unquote(uri))
        if document is not None and self._session.verify in ("save", "change"):
            self._by_itself(document, RUN)

    def _by_itself(self, document: _Document, seconds: float) -> None:
        if self._session.trusted:
            document.asked.add(None)
            self._run.ask(document.uri, seconds)

    def _closed(self, uri: str) -> None:
        self._look.drop(uri)
        self._run.drop(uri)
        self._documents.pop(unquote(uri), None)
        self._functions.forget(uri)

    def _news(self, path: str) -> None:
        for document in self._documents.values():
            buffer = self._session.buffers.get(document.uri)
            if buffer is not None and path in ("", buffer.path):
                self._look.ask(document.uri)

    def _close(self) -> None:
        self._look.close()
        self._run.close()

    # ------------------------------------------------------------ finding out

    async def _looked(self, uri: str) -> None:
        document = self._documents.get(unquote(uri))
        sight = await self._functions.of(uri)
        if document is None or sight is None:
            return
        findings = document.findings
        if findings.ran:
            findings.forget(await self._functions.rests(uri))
        self.told.tell(uri)  # functions may have come, gone and moved
        buffer = sight.buffer
        found = await self._session.engine.known(buffer.path, buffer.text)
        sight = await self._including(sight, found)
        news = findings.certify(sight, found)
        self.told.tell(uri)
        if news:
            self.ran.tell(uri)

    async def _including(self, sight: Sight, found: Sequence[Known]) -> Sight:
        """With functions of which something is known though they have no examples. Raises
        JsonRpcContentModified where the document is another one by now."""
        uri = sight.buffer.uri
        self._functions.include(uri, (one.function for one in found))
        now = await self._functions.of(uri)
        if now is None or now.buffer.text != sight.buffer.text:
            raise JsonRpcContentModified(OUTDATED)
        return now

    async def _verified(self, uri: str) -> None:
        document = self._documents.get(unquote(uri))
        sight = await self._functions.of(uri)
        if document is None or sight is None:
            return
        while document.asked:
            asked = {None} if None in document.asked else set(document.asked)
            for point in asked:
                await self._once(document, sight, point)
                document.asked.discard(point)
            if None in asked:
                document.asked.clear()
        for point in document.ordered:
            self._report(sight, point)
        document.ordered.clear()

    def _report(self, sight: Sight, point: Point | None) -> None:
        """In words, where there is nothing to see, or the editor does not show it."""
        editor = self._session.editor
        every = self.shown(sight)
        found = [one for one in every if one.known and (point is None or one.at(point.line))]
        if not found and point is None:
            editor.inform(self._findings(sight).said or NOTHING)
        elif found and not editor.shows_verdicts:
            editor.inform(summary(found))

    async def _once(self, document: _Document, sight: Sight, point: Point | None) -> None:
        scope = {
            one.key
            for one in sight.functions
            if not one.stub and (point is None or one.holds(point.line))
        }
        if point is None and not scope:
            return

        rests, uri = await self._functions.rests(document.uri), document.uri
        turns = Turns(
            document.findings, sight, scope, rests,
            lambda: self._session.buffers.version(uri) == sight.buffer.version,
            lambda: self.told.tell(uri), lambda: self.ran.tell(uri),
        )  # fmt: skip
        showing = asyncio.get_running_loop().call_later(0 if point else SHOW, turns.show)
        try:
            async with turns.within(LONGEST):
                await self._find_out(document, sight, point, turns.hear)
        except TimeoutError:
            document.findings.said = f"its checks took more than {LONGEST / 60:.0f} minutes"
        finally:
            showing.cancel()
            turns.end()
        self.ran.tell(uri)

    async def _find_out(
        self, document: _Document, sight: Sight, point: Point | None, hear: Hear
    ) -> None:
        session, buffer = self._session, sight.buffer
        encoding = session.buffers.encoding
        inquiry = Inquiry(
            buffer.path,
            buffer.text,
            buffer.version or 0,
            None if point is None else offset_at(buffer.text, point, encoding),
            session.buffers.folder(buffer.path),
            session.trusted,
            session.settings,
        )
        verified = await session.engine.verify(inquiry, hear)
        found: Sequence[Known] = verified.known
        if verified.proofs is not None:
            document.findings.prove(sight, verified.proofs)
            found = found or of_proofs(sight, verified.proofs)
        sight = await self._including(sight, found)
        rests = await self._functions.rests(document.uri)
        if point is None:
            document.findings.said = verified.message
        document.findings.run(sight, found, rests)
        if point is not None and not found:
            session.editor.warn(verified.message or NOTHING_HERE)
