"""Where the result of a search goes: what an editor replaces in the text that was submitted."""

from __future__ import annotations

from synthd.daemon.prepare import Prepared
from synthd.daemon.report import Report, Status
from synthd.daemon.reporting import Done
from synthd.synth.source.splice import replacement

# Start and end in the text (code points), and what comes in their place.
Change = tuple[int, int, str]


def verified(prepared: Prepared, done: Done) -> Change | None:
    """prepared: as it was submitted. With questions answered it covers the docstring, too."""
    if done.report.status is not Status.VERIFIED:
        return None
    return _change(prepared, done)


def partial(prepared: Prepared, done: Done) -> Change | None:
    """The best program of a search that found none that passes, labelled by a comment; None where
    there is none that passes anything."""
    report = done.report
    passing = any(check.outcome == "pass" for check in report.checks)
    if report.status is not Status.UNSOLVED or not done.body or not passing:
        return None
    return _change(prepared, done, comment(report))


def comment(report: Report) -> str | None:
    """The label in the file of a program that is not verified."""
    if report.status is Status.VERIFIED:
        return None
    if report.status is Status.UNDECIDED:
        return "synthd: not verified: nothing was checked"
    passed = sum(check.outcome == "pass" for check in report.checks)
    return f"synthd: not verified: passes {passed} of {len(report.checks)} checks"


def _change(prepared: Prepared, done: Done, label: str | None = None) -> Change:
    last = done.prepared or prepared
    start, end, text = replacement(last.source, last.target, done.body, label)
    if last.source.text == prepared.source.text:
        return start, end, text
    # Answers stand in its docstring, and nothing before or after the function is another.
    old, target = prepared.source.text, prepared.target
    assert target.docstring is not None, "there was one to write answers into"
    new = last.source.text[:start] + text + last.source.text[end:]
    begin, stop = target.docstring.start, target.body.end
    return begin, stop, new[begin : len(new) - (len(old) - stop)]
