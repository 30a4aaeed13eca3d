"""Shows what `synthd judge` finds: a bar while it works, a line a file, the figures at the end."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from pydantic import Field

from synthd.daemon.bulk.result import Result, Verdict
from synthd.daemon.bulk.summary import Summary
from synthd.daemon.cli.show import count, show_checks
from synthd.daemon.exits import Exit
from synthd.daemon.report import SCHEMA, CheckReport, Wire
from synthd.synth.attempt import CaseOutcome

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

COLOUR = {Verdict.ACCEPTED: "green", Verdict.REJECTED: "red", Verdict.UNDECIDED: "yellow"}
_EVERY = 10.0  # seconds between two lines where there is no terminal
_MOST_NAMED = 10
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What a summary says besides the counts. tasks: in the suite; 0 for named files."""

    suite: str
    suite_sha256: str
    tasks: int
    judged_now: int
    seconds: float
    rate: float
    workers: int
    isolation: str
    out: str
    named: bool


class SummaryReport(Wire):
    """What `--json` prints of a suite. pass_at: by k; without the undecided ones."""

    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    suite: str
    suite_sha256: str
    judged: int
    accepted: int
    rejected: int
    undecided: int
    undecided_samples: list[int]
    outcomes: dict[str, int]
    pass_at: dict[str, float]
    tasks_judged: int
    tasks: int
    in_process: int
    judged_now: int
    seconds: float
    rate: float
    workers: int
    isolation: str
    out: str

    def json_text(self) -> str:
        return self.model_dump_json(by_alias=True)


class Bar:
    """Counts what is judged: a moving bar on a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console, total: int, done: int, *, quiet: bool) -> None:
        self._console = console
        self._total = total
        self._quiet = quiet
        self._first = self.done = done
        self._seen: Counter[Verdict] = Counter()
        self._began = self._told = time.monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        if not self._quiet and self._console.is_interactive:
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            self._progress = Progress(
                TextColumn("judging"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[said]}"),
                TimeRemainingColumn(),
                console=self._console,
            )
            self._task = self._progress.add_task(
                "judging", total=self._total, completed=self.done, said=""
            )
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, result: Result) -> None:
        self.done += 1
        self._seen[result.verdict] += 1
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=self.done, said=self._said())
        elif not self._quiet and time.monotonic() - self._told > _EVERY:
            self._told = time.monotonic()
            self._console.print(f"{self.done} of {self._total}: {self._said()}")

    def _said(self) -> str:
        seconds = max(time.monotonic() - self._began, 1e-3)
        kinds = ", ".join(f"{self._seen[kind]} {kind}" for kind in Verdict if self._seen[kind])
        return f"{(self.done - self._first) / seconds:.0f}/s, {kinds}"


def code_of(summary: Summary) -> Exit:
    if summary.rejected:
        return Exit.UNSOLVED
    return Exit.UNDECIDED if summary.undecided or not summary.judged else Exit.VERIFIED


def show_file(console: Console, result: Result) -> None:
    from rich.markup import escape

    why = "" if result.verdict is Verdict.ACCEPTED else f" ({result.outcome})"
    checks = f"{result.executed} checks ran" if result.executed != 1 else "1 check ran"
    together = ", in the program's own process" if result.in_process else ""
    where = f", {result.isolation}" if result.isolation else ""
    console.print(
        f"[bold {COLOUR[result.verdict]}]{result.verdict}[/]{why} "
        f"[bold]{escape(result.task_id)}[/] [dim]{checks}{together}{where}[/]"
    )
    if result.error:
        console.print(f"  {escape(result.error)}")
    show_checks(
        console,
        [
            CheckReport(
                id=case.id,
                outcome=CaseOutcome(case.outcome.value),
                input=case.input or case.id,
                expected=case.expected,
                got=case.got,
                detail=case.detail,
            )
            for case in result.cases
        ],
    )


def show_summary(console: Console, summary: Summary, facts: Facts) -> None:
    console.print(
        f"[bold]{count(summary.judged, 'program')} judged[/]: "
        f"[green]{summary.accepted} accepted[/], [red]{summary.rejected} rejected[/]"
        + (f", [yellow]{summary.undecided} undecided[/]" if summary.undecided else "")
    )
    for kind in summary.outcomes:
        console.print(f"  {kind.what:<16}{kind.number:>7}")
    if not facts.named:
        for passed in summary.pass_at:
            console.print(f"  {f'pass@{passed.k}':<16}{100 * passed.value:>7.1f} %")
        console.print(f"  of {facts.suite}: {summary.tasks} of {facts.tasks} tasks have a verdict")
    if summary.undecided:
        shown = ", ".join(str(sample) for sample in summary.undecided_samples[:_MOST_NAMED])
        more = len(summary.undecided_samples) - _MOST_NAMED
        console.print(
            f"  not decided and not scored: sample {shown}{f' and {more} more' if more > 0 else ''}"
            "; --retry-undecided judges them again"
        )
        for why in summary.undecided_why[:_MOST_REASONS]:
            console.print(f"    {why.number} × {why.what or 'no reason is known'}", markup=False)
    if summary.in_process:
        console.print(
            f"  {summary.in_process} judged in the program's own process, where a cheat could hide"
        )
    if facts.judged_now:
        console.print(
            f"  [dim]{facts.judged_now} in {facts.seconds:.1f} s, {facts.rate:.0f}/s, "
            f"{count(facts.workers, 'worker')}, judged in {facts.isolation}[/]"
        )


def wire(summary: Summary, facts: Facts) -> SummaryReport:
    return SummaryReport(
        suite=facts.suite,
        suite_sha256=facts.suite_sha256,
        judged=summary.judged,
        accepted=summary.accepted,
        rejected=summary.rejected,
        undecided=summary.undecided,
        undecided_samples=list(summary.undecided_samples),
        outcomes={kind.what: kind.number for kind in summary.outcomes},
        pass_at={str(passed.k): passed.value for passed in summary.pass_at},
        tasks_judged=summary.tasks,
        tasks=facts.tasks,
        in_process=summary.in_process,
        judged_now=facts.judged_now,
        seconds=round(facts.seconds, 3),
        rate=round(facts.rate, 1),
        workers=facts.workers,
        isolation=facts.isolation,
        out=facts.out,
    )
