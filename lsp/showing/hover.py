"""What is known of a function, or what writing it would run with, under the pointer: only on its
name's line, where its lens is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator

from lsprotocol import types

from synthd.lsp.arguments import BadRequest, Target
from synthd.lsp.jobs.progress import outlook
from synthd.lsp.session import Session
from synthd.lsp.showing.abilities import Abilities
from synthd.lsp.text.functions import Sight
from synthd.lsp.text.positions import Point
from synthd.lsp.verdicts import Known
from synthd.lsp.verifying.standings import Shown, State, ago, count
from synthd.lsp.verifying.verifications import UNTRUSTED, Verifications

_HEADS = {
    State.VERIFIED: "verified",
    State.STALE: "stale",
    State.FAILED: "fails",
    State.UNKNOWN: "not verified",
    State.QUEUED: "waits to be verified anew",
    State.RUNNING: "is being verified anew",
    State.STUB: "waits to be written",
}
MOST = 5  # failing checks that are shown
FORECAST = 3.0  # seconds


class Hovers:
    def __init__(
        self, session: Session, verifications: Verifications, abilities: Abilities
    ) -> None:
        self._session = session
        self._verifications = verifications
        self._abilities = abilities

    async def at(self, params: types.HoverParams) -> types.Hover | None:
        sight = await self._session.functions.of(params.text_document.uri)
        if sight is None:
            return None
        function = sight.at(params.position.line)
        if function is None or function.line != params.position.line:
            return None
        shown = self._verifications.of(sight, function)
        told = await self._told(sight, shown)
        if told is None:
            return None
        kind = types.MarkupKind.Markdown if self._markdown else types.MarkupKind.PlainText
        return types.Hover(types.MarkupContent(kind, told))

    @property
    def _markdown(self) -> bool:
        return self._abilities.markdown_hovers

    async def _told(self, sight: Sight, shown: Shown) -> str | None:
        if shown.known is not None:
            return text(shown, shown.known, time.time(), self._markdown)
        if shown.job is not None:
            return None
        if shown.function.stub:
            return _page(shown, await self._before(sight, shown), self._markdown)
        return _page(shown, [shown.message], self._markdown) if shown.message else None

    async def _before(self, sight: Sight, shown: Shown) -> list[str]:
        """What a job would run with. No model is started to know it."""
        if not self._session.trusted:
            return [UNTRUSTED]
        target = Target(sight.buffer.uri, Point(shown.function.line, 0))
        try:
            async with asyncio.timeout(FORECAST):
                found = await self._session.forecast(self._session.request(target))
        except (BadRequest, TimeoutError):
            return []
        if found.problem:
            return [f"it cannot be: {found.problem}"]
        past = f" (of {count(found.jobs, 'job')})" if found.expected is not None else ""
        facts = [f"would run with {outlook(found)}{past}", f"strategy: {found.strategy}"]
        return [*facts, f"sandbox: {found.sandbox}"] if found.sandbox else facts


def text(shown: Shown, known: Known, now: float, markdown: bool) -> str:
    page = _page(shown, _facts(shown, known, now), markdown)
    checks = [line for one in known.failing[:MOST] for line in (one.check, f"  {one.detail}")]
    if len(known.failing) > MOST:
        checks.append(f"… and {len(known.failing) - MOST} more")
    if not checks:
        return page
    listing = "\n".join(checks)
    return f"{page}\n\n{_fenced(listing) if markdown else listing}"


def _page(shown: Shown, facts: Iterable[str], markdown: bool) -> str:
    name, head = shown.function.name, _HEADS.get(shown.state, str(shown.state))
    if shown.state is State.VERIFIED:
        head = f"{head}, grade {shown.grade}"
    first = f"**synthd** `{name}`: {head}" if markdown else f"synthd: {name}: {head}"
    return "\n".join([first, "", *(f"- {fact}" for fact in facts)]).rstrip()


def _fenced(code: str) -> str:
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}text\n{code}\n{fence}"


def _facts(shown: Shown, known: Known, now: float) -> Iterator[str]:
    if shown.message:
        yield shown.message.strip()
    if known.total:
        checks = f"{known.passed} of {count(known.total, 'check')} passed"
        yield checks + (f", {count(known.inputs, 'generated input')}" if known.inputs else "")
    if known.model:
        by = f" ({known.strategy})" if known.strategy else ""
        yield f"written by {known.model}{by}"
    cost = [f"{known.tokens:,} tokens"] if known.tokens else []
    cost += [f"{known.seconds:.1f} s"] if known.seconds else []
    if cost:
        yield "cost: " + ", ".join(cost)
    if known.at:
        yield f"checked {ago(known.at, now)}"
    if known.sandbox:
        yield f"sandbox: {known.sandbox}"
