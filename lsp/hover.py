"""What is known of a function, under the pointer: only on its name's line, where its lens is."""

from __future__ import annotations

import time
from collections.abc import Iterator

from lsprotocol import types

from synthd.lsp.abilities import Abilities
from synthd.lsp.engine import Known
from synthd.lsp.functions import Functions
from synthd.lsp.standings import Shown, State, ago, count
from synthd.lsp.verifications import Verifications

_HEADS = {
    State.VERIFIED: "verified",
    State.STALE: "stale",
    State.FAILED: "fails",
    State.UNKNOWN: "not verified",
    State.QUEUED: "waits to be verified anew",
    State.RUNNING: "is being verified anew",
}
MOST = 5  # failing checks that are shown


class Hovers:
    def __init__(
        self, functions: Functions, verifications: Verifications, abilities: Abilities
    ) -> None:
        self._functions = functions
        self._verifications = verifications
        self._abilities = abilities

    async def at(self, params: types.HoverParams) -> types.Hover | None:
        sight = await self._functions.of(params.text_document.uri)
        if sight is None:
            return None
        function = sight.at(params.position.line)
        if function is None or function.line != params.position.line:
            return None
        shown = self._verifications.of(sight, function)
        return None if shown.known is None else self._hover(shown, shown.known)

    def _hover(self, shown: Shown, known: Known) -> types.Hover:
        markdown = self._abilities.markdown_hovers
        kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
        return types.Hover(types.MarkupContent(kind, text(shown, known, time.time(), markdown)))


def text(shown: Shown, known: Known, now: float, markdown: bool) -> str:
    name, head = shown.function.name, _HEADS.get(shown.state, str(shown.state))
    if shown.state is State.VERIFIED:
        head = f"{head}, grade {known.grade}"
    first = f"**synthd** `{name}`: {head}" if markdown else f"synthd: {name}: {head}"
    facts = "\n".join(f"- {fact}" for fact in _facts(shown, known, now))
    checks = [line for one in known.failing[:MOST] for line in (one.check, f"  {one.detail}")]
    if len(known.failing) > MOST:
        checks.append(f"… and {len(known.failing) - MOST} more")
    if not checks:
        return f"{first}\n\n{facts}"
    listing = "\n".join(checks)
    return f"{first}\n\n{facts}\n\n{_fenced(listing) if markdown else listing}"


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
