"""Running the checks anew in a text that is not the one that a program was verified for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from synthd.lsp.edits.anchors import Anchored
from synthd.lsp.engine import Request, Result
from synthd.lsp.lazy import LazyEngine
from synthd.lsp.text.positions import with_line_ends_of
from synthd.lsp.verdicts import Inquiry, Known, Standing

VERIFY = 300.0  # seconds


class Outdated(Exception):
    """The buffer is left alone. again: asking for the new text may help."""

    def __init__(self, why: str, *, again: bool = True) -> None:
        super().__init__(why)
        self.again = again


async def verified_again(
    engine: LazyEngine, request: Request, placed: Anchored, result: Result, version: int | None
) -> Result:
    """With the grade that it has in the text as it is now. Raises Outdated."""
    change, text = placed.change, placed.text
    new = with_line_ends_of(text, change.text)
    inquiry = Inquiry(
        request.path,
        text[: change.start] + new + text[change.end :],
        version or 0,
        placed.region.start if placed.region else change.start,
        request.workspace,
        request.trusted,
        request.settings,
        apart=True,
    )
    try:
        async with asyncio.timeout(VERIFY):
            verified = await engine.verify(inquiry)
    except TimeoutError:
        raise Outdated("the file changed, and verifying it again took too long") from None
    known = next((one for one in verified.known if one.function == result.function), None)
    if known is None or known.standing is not Standing.VERIFIED:
        raise Outdated(_unverified(known, verified.message))
    return _regraded(result, known)


def _regraded(result: Result, known: Known) -> Result:
    """What was established for the file as it was is not claimed of the one that is."""
    grade = known.grade if known.grade != "unknown" else result.grade
    if grade == result.grade or result.report is None:
        return replace(result, grade=grade)
    report = {**result.report, "grade": grade}
    certificate = report.get("certificate")
    if isinstance(certificate, Mapping):
        report["certificate"] = {**certificate, "grade": grade, "tested": None}
    return replace(result, grade=grade, report=report)


def _unverified(known: Known | None, message: str) -> str:
    if known is None:
        why = message or "nothing is known about it there"
    elif known.standing is Standing.FAILED:
        why = f"it passes {known.passed} of {known.total} checks there"
    else:
        why = known.why or "that ended without a verdict"
    return f"the rest of the file changed meanwhile, and verified again {why}"
