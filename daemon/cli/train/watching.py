"""Who is told how a training goes: a bar, lines of JSON, or nearly nobody."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

SCHEMA = 1


class Quietly:
    """Only sentences, on stderr."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def progress(self, row: Mapping[str, Any]) -> None:
        pass

    def said(self, text: str) -> None:
        self._console.print(text, markup=False)


class JsonLines(Quietly):
    """One object a line on stdout: of kind progress, said, result."""

    def __init__(self) -> None:
        pass

    def progress(self, row: Mapping[str, Any]) -> None:
        self.row("progress", row)

    def said(self, text: str) -> None:
        self.row("said", {"text": text})

    def row(self, kind: str, row: Mapping[str, Any]) -> None:
        print(json.dumps({"schema": SCHEMA, "kind": kind, **row}), file=sys.stdout, flush=True)


class Bar(Quietly):
    """A bar of steps, with loss and speed; sentences above it."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._bar.add_task("training", total=None, told="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def progress(self, row: Mapping[str, Any]) -> None:
        figures = "".join(f" {name} {value:.3f}" for name, value in row["figures"].items())
        told = f"loss {row['loss']:.4f}{figures}, {row['tokens_per_second']:.0f} tokens/s"
        self._bar.update(self._task, completed=row["step"], total=row["of"], told=told)


def watcher(*, json: bool, quiet: bool, console: Console) -> Quietly:
    if json:
        return JsonLines()
    return Quietly(console) if quiet else Bar(console)
