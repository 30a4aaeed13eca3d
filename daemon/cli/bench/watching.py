"""What a run shows while it goes on: a bar with figures, JSON lines, or nothing."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from synthd.daemon.bench.engine import Progress as Busy
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.bench.running import Ran
from synthd.daemon.cli.screen import out as to_stdout
from synthd.daemon.report import Wire

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

_EVERY = 30.0  # seconds between two lines where there is no terminal


class Ended(Wire):
    """What `--json` ends with. Counts are searches."""

    event: str = "ended"
    out: str
    total: int
    before: int
    now: int
    broken: int
    broken_attempts: int
    discarded: int
    why: str

    @classmethod
    def of(cls, ran: Ran, out: Path) -> Ended:
        return cls(
            out=str(out),
            total=ran.total,
            before=ran.before,
            now=ran.now,
            broken=ran.broken,
            broken_attempts=ran.attempts,
            discarded=ran.discarded,
            why=ran.why,
        )


class Quietly:
    """Problems alone, and the sentence at the end."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is open."""

    def begun(self, total: int, before: int) -> None:
        """Said by the bar."""

    def finished(self, record: Record) -> None:
        """Said by the bar."""

    def progress(self, progress: Busy) -> None:
        """Said by the bar."""

    def told(self, text: str) -> None:
        self.console.print(text, markup=False, soft_wrap=True)

    def ended(self, ran: Ran, out: Path) -> None:
        self.told(_sentence(ran, out))


class JsonLines(Quietly):
    """A line for each search, as in the log, and one at the end."""

    def __init__(self) -> None:
        super().__init__(to_stdout())

    def finished(self, record: Record) -> None:
        print(record.json_text(), flush=True)

    def told(self, text: str) -> None:
        print(Told(text=text).model_dump_json(), flush=True)

    def ended(self, ran: Ran, out: Path) -> None:
        print(Ended.of(ran, out).model_dump_json(), flush=True)


class Told(Wire):
    event: str = "told"
    text: str


class Bar(Quietly):
    """Moves on a terminal; elsewhere it is a line now and then."""

    def __init__(self, console: Console, experiment: Experiment) -> None:
        super().__init__(console)
        self._models = ", ".join(model.name for model in experiment.models)
        self._total = self._done = self._now = self._solved = 0
        self._tokens, self._money, self._busy, self._infra = 0, 0.0, 0, 0
        self._began = self._said = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begun(self, total: int, before: int) -> None:
        self._total, self._done = total, before
        kept = f", {before} of them done before" if before else ""
        self.told(f"{total} searches{kept}; model {self._models}")
        self._began = self._said = time.monotonic()
        if self.console.is_interactive and before < total:
            self._bar = _bar(self.console)
            self._task = self._bar.add_task("", total=total, completed=before)
            self._bar.start()

    def finished(self, record: Record) -> None:
        if record.kind is Kind.INFRA:
            self._infra += 1
        else:
            self._done += 1
            self._now += 1
            self._solved += bool(record.passed)
            self._tokens += record.completion_tokens
            self._money += record.money or 0.0
        self._show()

    def progress(self, progress: Busy) -> None:
        self._busy = progress.busy

    def _show(self) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._done, description=self._figures())
        elif time.monotonic() - self._said > _EVERY:
            self._said = time.monotonic()
            self.told(f"{self._done} of {self._total}: {self._figures()}, {self._left()} left")

    def _figures(self) -> str:
        seconds = max(time.monotonic() - self._began, 1e-9)
        parts = [f"solved {self._solved} of {self._now}", f"{60 * self._now / seconds:.1f}/min"]
        parts.append(f"{self._tokens / 1000:.1f}k tokens")
        parts += [f"${self._money:.2f}"] if self._money else []
        parts += [f"{self._infra} broke"] if self._infra else []
        return " · ".join(parts)

    def _left(self) -> str:
        seconds = max(time.monotonic() - self._began, 1e-9)
        left = (self._total - self._done) * seconds / max(self._now, 1)
        return f"{left / 3600:.1f} h" if left > 5400 else f"{left / 60:.0f} min"


def _bar(console: Console) -> Progress:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        TimeRemainingColumn(),
        console=console,
    )


def _sentence(ran: Ran, out: Path) -> str:
    before = f", {ran.before} before" if ran.before else ""
    lines = [f"{ran.now} of {ran.total} searches done now{before}; {out}"]
    if ran.broken:
        lines.append(
            f"{ran.broken} have no verdict: they broke, and are not scored; "
            f"the same command tries them again. What broke most: {ran.why}"
        )
    elif ran.attempts:
        lines.append(f"{ran.attempts} attempts broke and were made again; none of them is scored")
    if ran.discarded:
        lines.append(f"{ran.discarded} results came twice and were discarded")
    if ran.before or ran.now:
        lines.append(f"`synthd bench report {out}` makes the report")
    return "\n".join(lines)
