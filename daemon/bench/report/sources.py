"""Runs as they lie in their folders, for a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.folder import meaning, tasks
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import Layout
from synthd.daemon.bench.report.tabulate import Source
from synthd.daemon.exits import BadInput


def sources(folders: Sequence[Path]) -> tuple[Source, ...]:
    """Each with a name of its own. Reading their records later may raise BadInput, as this does."""
    return tuple(
        Source(
            name, RunFolder.records(folder), experiment(folder), tasks.read(Layout(folder).tasks)
        )
        for name, folder in zip(names(folders), folders, strict=True)
    )


def experiment(folder: Path) -> Experiment:
    """Raises BadInput."""
    layout = Layout(folder)
    layout.exists()
    return meaning.read(layout.experiment)


def names(folders: Sequence[Path]) -> tuple[str, ...]:
    """The folders' own where they differ, else as much of their paths as is needed."""
    whole = [folder.resolve() for folder in folders]
    if len(set(whole)) < len(whole):
        raise BadInput("the same folder twice: name each run once")
    longest = max((len(path.parts) for path in whole), default=1)
    for length in range(1, longest + 1):
        found = ["/".join(path.parts[-length:]) for path in whole]
        if len(set(found)) == len(found):
            return tuple(found)
    return tuple(map(str, whole))
