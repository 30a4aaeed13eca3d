"""Prints what is known of Rust functions for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from synthd.daemon.report import Status
from synthd.daemon.verus.excerpts import Line, excerpts
from synthd.daemon.verus.wire import (
    DiagnosticReport,
    FunctionReport,
    ProofReport,
    ProverFacts,
    RustReport,
    RustStanding,
)

if TYPE_CHECKING:
    from rich.console import Console

COLOUR = {
    RustStanding.VERIFIED: "green",
    RustStanding.REFUTED: "red",
    RustStanding.UNDECIDED: "yellow",
    RustStanding.STUB: "dim",
    RustStanding.ERROR: "red",
}
SOLVED = {
    Status.VERIFIED: "green",
    Status.UNSOLVED: "red",
    Status.UNDECIDED: "yellow",
    Status.ERROR: "red",
}
MOST_OF_A_CRASH = 12  # lines
MOST_TRUSTS = 12


def show(console: Console, report: RustReport) -> None:
    """One function, or the file as a whole."""
    from rich.markup import escape

    where = f"{report.file}:{report.line} {report.function}" if report.function else report.file
    proved = report.status is RustStanding.VERIFIED
    graded = f" (grade: {report.grade})" if proved else ""
    colour = COLOUR[report.status]
    console.print(f"[bold {colour}]{report.status}[/]{graded} [bold]{escape(where)}[/]")
    if report.message and (not report.diagnostics or report.status is not RustStanding.REFUTED):
        console.print(f"  {report.message}", markup=False)
    _diagnostics(console, report.diagnostics)
    _crash(console, report.crash)
    if report.proof is not None and proved:
        console.print(f"  {_facts(report.proof.prover)}", style="dim", markup=False)
    for warning in report.warnings:
        console.print(f"[yellow]note[/] {escape(warning)}")


def show_trusts(console: Console, reports: Iterable[RustReport]) -> None:
    """The trusted base of a file, once."""
    every = [t for r in reports if r.proof is not None for t in r.proof.prover.trusts]
    listed = sorted({(t.line, t.what, t.name) for t in every})
    if not listed:
        return
    console.print("trusted without a proof:", style="yellow")
    for line, what, name in listed[:MOST_TRUSTS]:
        console.print(f"  line {line}: {what} ({name or 'the whole file'})", markup=False)
    if len(listed) > MOST_TRUSTS:
        console.print(f"  … and {len(listed) - MOST_TRUSTS} more")


def show_search(console: Console, report: ProofReport, diff: str, *, written: bool) -> None:
    from synthd.daemon.cli.show import show_cost, show_diff

    if diff:
        show_diff(console, diff)
    colour = SOLVED[report.status]
    console.print(f"[bold {colour}]{report.status}[/] (grade: {report.grade})", end=" ")
    console.print(report.message, markup=False)
    if report.status is not Status.VERIFIED:
        _functions(console, report.functions)
        _diagnostics(console, report.diagnostics)
        _crash(console, report.crash)
    if report.removed:
        console.print(f"  {len(report.removed)} superfluous parts of the proof were left out")
    if report.certificate is not None and report.status is Status.VERIFIED:
        prover = report.certificate.prover
        console.print(
            f"  {_facts(prover.model_copy(update={'isolation': ''}))}", style="dim", markup=False
        )
        for trust in prover.trusts[:MOST_TRUSTS]:
            name = trust.name or "the whole file"
            console.print(f"  rests on line {trust.line}: {trust.what} ({name})", markup=False)
    show_cost(console, report)
    for warning in report.warnings:
        console.print(f"note {warning}", style="yellow", markup=False)
    if written:
        console.print(f"written to {report.file}", markup=False)


def _functions(console: Console, functions: list[FunctionReport]) -> None:
    marks = {"verified": "[green]✓[/]", "failed": "[red]✗[/]"}
    for one in functions:
        from rich.markup import escape

        mark = marks.get(one.status, "[yellow]?[/]")
        console.print(f"  {mark} {escape(one.function)} (line {one.line}): {one.status}")


def _diagnostics(console: Console, diagnostics: list[DiagnosticReport]) -> None:
    for line in excerpts(diagnostics):
        _print(console, line)


def _crash(console: Console, crash: str) -> None:
    if not crash:
        return
    console.print("  the end of what Verus said:", style="dim")
    for text in crash.splitlines()[-MOST_OF_A_CRASH:]:
        _print(console, Line(f"    {text}", "dim"))


def _facts(prover: ProverFacts) -> str:
    seeds = " and ".join(map(str, prover.seeds))
    parts = [f"Verus {prover.verus}", f"solver seed{'s' if len(prover.seeds) > 1 else ''} {seeds}"]
    parts.append(f"gate {prover.gate}")
    parts += [one for one in prover.probes]
    parts += [f"judged in {prover.isolation}"] if prover.isolation else []
    return ", ".join(parts)


def _print(console: Console, line: Line) -> None:
    console.print(line.text, style=line.style or None, markup=False)
