"""Why a function failed, or is unknown, as a page to read."""

from __future__ import annotations

from collections.abc import Iterator

from synthd.lsp.verdicts import Failing, Known
from synthd.lsp.verifying.standings import Shown, State, count

_HEADS = {
    State.VERIFIED: "passed its checks",
    State.STALE: "was verified before it changed",
    State.FAILED: "does not pass its checks",
    State.UNKNOWN: "is not verified",
    State.QUEUED: "waits to be verified anew",
    State.RUNNING: "is being verified anew",
}


def told(shown: Shown, text: str) -> str:
    """text: of the document."""
    head = _HEADS.get(shown.state, "waits to be written")
    rest = [] if shown.known is None else _body(shown, shown.known, text)
    return "\n".join([f"# `{shown.function.name}` {head}", "", *rest])


def _body(shown: Shown, known: Known, text: str) -> Iterator[str]:
    if shown.message:
        yield shown.message.strip()
        yield ""
    elif known.total:
        yield f"{known.passed} of {count(known.total, 'check')} passed."
        yield ""
    lines = text.splitlines()
    for number, failing in enumerate(known.failing, 1):
        yield from _failing(number, failing, lines)
    if known.sandbox:
        yield f"Sandbox: {known.sandbox}."


def _failing(number: int, failing: Failing, lines: list[str]) -> Iterator[str]:
    where = "" if failing.line is None else f" (line {failing.line + 1})"
    what = "fails" if failing.outcome == "fail" else failing.outcome.replace("_", " ")
    yield f"## {number}. {what}{where}"
    yield ""
    yield from _block(failing.check)
    if failing.line is not None and failing.line < len(lines):
        written = lines[failing.line].strip()
        if written.removeprefix(">>> ") not in failing.check:
            yield "Written as:"
            yield ""
            yield from _block(written)
    if failing.expected:
        yield "What should come:"
        yield ""
        yield from _block(failing.expected)
    if failing.detail:
        yield "What came instead:"
        yield ""
        yield from _block(failing.detail)


def _block(code: str) -> Iterator[str]:
    fence = "```"
    while fence in code:
        fence += "`"
    yield f"{fence}text"
    yield from code.splitlines()
    yield fence
    yield ""
