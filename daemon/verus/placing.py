"""Where the result of a search goes: what an editor replaces in the text that was submitted."""

from __future__ import annotations

from synthd.daemon.placing import Change
from synthd.daemon.report import Status
from synthd.daemon.reporting import Done
from synthd.daemon.verus.prepare import Prepared
from synthd.daemon.verus.writing import UNPROVED, labelled
from synthd.synth.attempt import Grade


def verified(prepared: Prepared, done: Done) -> Change | None:
    if done.report.status is not Status.VERIFIED or not done.body:
        return None
    return _change(prepared, done.body)


def partial(prepared: Prepared, done: Done) -> Change | None:
    """The best body of a search that proved none, labelled by a comment; None where Verus has
    verified nothing of it."""
    report = done.report
    if report.status is not Status.UNSOLVED or report.grade is not Grade.PARTIAL or not done.body:
        return None
    return _change(prepared, labelled(done.body, UNPROVED))


def _change(prepared: Prepared, body: str) -> Change:
    old, function = prepared.source.text, prepared.function
    start = function.header.end if function.body is None else function.body.start
    end = function.whole.end
    new = prepared.text(body)
    return start, end, new[start : len(new) - (len(old) - end)]
