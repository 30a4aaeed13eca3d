"""Prints a report for people: the diff, what was verified, what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synthd.daemon.report import CheckReport, Report, Status
from synthd.synth.attempt import CaseOutcome

if TYPE_CHECKING:
    from rich.console import Console

COLOUR = {
    Status.VERIFIED: "green",
    Status.UNSOLVED: "red",
    Status.UNDECIDED: "yellow",
    Status.ERROR: "red",
}
MOST_CHECKS = 12
LONGEST = 300


def show(console: Console, report: Report, diff: str, *, written: bool) -> None:
    if diff:
        show_diff(console, diff)
    console.print(
        f"[bold {COLOUR[report.status]}]{report.status}[/] (grade: {report.grade})", end=" "
    )
    console.print(report.message, markup=False)
    show_checks(console, report.checks)
    _doubts(console, report)
    show_cost(console, report)
    for warning in report.warnings:
        console.print(f"[yellow]note[/] {_plain(warning)}")
    if written:
        console.print(f"written to {report.file}", markup=False)


def show_diff(console: Console, diff: str) -> None:
    from rich.text import Text

    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in diff.splitlines():
        heading = line.startswith(("+++", "---"))
        console.print(Text(line, style="bold" if heading else colours.get(line[:1], "")))


def show_checks(console: Console, checks: Sequence[CheckReport]) -> None:
    """What went in, what should come and what came, as many as are worth reading."""
    for check in checks[:MOST_CHECKS]:
        passed = check.outcome is CaseOutcome.PASS
        mark = "[green]✓[/]" if passed else "[red]✗[/]"
        console.print(f"  {mark} {_plain(_sentence(check))}")
    hidden = len(checks) - MOST_CHECKS
    if hidden > 0:
        failed = sum(c.outcome is not CaseOutcome.PASS for c in checks[MOST_CHECKS:])
        console.print(f"  … and {hidden} more checks, {failed} of them failed")


def _doubts(console: Console, report: Report) -> None:
    """Why the grade is no better, and what the checks leave open."""
    if report.untested:
        console.print(f"  not graded tested: {report.untested}", markup=False)
    if report.question is not None:
        console.print(f"  [yellow]question[/] {_plain(_short(report.question.text))}")
        console.print(
            f"  an example of {_short(report.question.call)} settles it, or --ask", markup=False
        )


def _sentence(check: CheckReport) -> str:
    what, want, got = (_short(text) for text in (check.input, check.expected, check.got))
    if check.outcome is CaseOutcome.PASS:
        return f"{what}  gives  {want or got}" if want or got else what
    if check.outcome is CaseOutcome.FAIL and want and (got or not check.detail):
        return f"{what}  must give  {want}  but gives  {got}"
    return f"{what}: {check.outcome}: {_short(check.detail or check.got)}"


def show_cost(console: Console, report: Report) -> None:
    cost = report.cost
    about = "about " if cost.estimated else ""
    parts = [
        count(cost.model_calls, "model call"),
        f"{about}{cost.prompt_tokens} + {cost.completion_tokens} tokens",
        f"{count(cost.programs, 'program')} judged",
        f"{cost.seconds:.1f} s",
    ]
    if report.certificate is not None:
        facts = report.certificate
        parts += [f"judged in {facts.judge.isolation}"] if facts.judge.isolation else []
        parts.append(f"sha256 {facts.code_sha256[:12]}")
    console.print(f"  [dim]{', '.join(parts)}[/]")


def count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _short(text: str) -> str:
    text = text.strip().replace("\n", "⏎ ")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)
