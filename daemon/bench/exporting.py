"""A run's samples as other tools read them: lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.daemon.bench.folder import meaning
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import Layout
from synthd.daemon.bench.formats import Format
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.bench.trajectories import trajectory
from synthd.daemon.exits import BadInput, Missing


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which samples; empty: all."""

    suite: str = ""
    strategy: str = ""
    model: str = ""

    def has(self, record: Record) -> bool:
        return all(
            not wanted or wanted == there
            for wanted, there in (
                (self.suite, record.suite),
                (self.strategy, record.strategy),
                (self.model, record.model),
            )
        )


@dataclass(frozen=True, slots=True)
class Exported:
    """without: samples of which there is no program (they are written, and fail) or no trace
    (which are left out)."""

    written: int
    without: int


def export(folder: Path, to: Format, out: Path, wanted: Wanted) -> Exported:
    """Raises BadInput before anything is written, and Missing."""
    layout = Layout(folder)
    layout.exists()
    _decided(layout, to, wanted)
    written = without = 0
    with RunFolder.open(folder, writer=False) as run:
        try:
            with open(out, "w", encoding="utf-8", newline="\n") as file:
                for row, whole in _rows(run, to, wanted):
                    without += not whole
                    if row is not None:
                        file.write(json.dumps(row, separators=(",", ":")) + "\n")
                        written += 1
        except OSError as error:
            raise Missing(f"{out}: {error.strerror or error}") from None
    return Exported(written, without)


def _decided(layout: Layout, to: Format, wanted: Wanted) -> None:
    """A file of samples has no column that tells one suite, strategy or model from another."""
    experiment = meaning.read(layout.experiment)
    there = {
        "suite": [suite.name for suite in experiment.suites],
        "strategy": [strategy.label for strategy in experiment.strategies],
        "model": [model.name for model in experiment.models],
    }
    for what, found in there.items():
        names = sorted(set(found))
        given = getattr(wanted, what)
        if given and given not in names:
            raise BadInput(f"--{what} {given}: the run has {', '.join(names)}")
        if not given and len(names) > 1 and to is not Format.TRAJECTORIES:
            raise BadInput(
                f"lines of {to} do not say of which {what} they are: "
                f"choose with --{what} one of {', '.join(names)}"
            )


def _rows(
    run: RunFolder, to: Format, wanted: Wanted
) -> Iterator[tuple[dict[str, Any] | None, bool]]:
    """A row or nothing for each sample, and whether the sample has what the row is made of."""
    for record in RunFolder.records(run.layout.root):
        if record.kind is not Kind.SAMPLE or not wanted.has(record):
            continue
        program = run.program(record.program) if record.program else ""
        if to is Format.TRAJECTORIES:
            row = trajectory(record, program, run.layout.root)
            yield row, row is not None
        else:
            name = "completion" if to is Format.HUMAN_EVAL else "solution"
            # On a line of its own, wherever the prompt ended.
            text = "\n" + program if to is Format.HUMAN_EVAL and program else program
            yield {"task_id": record.task, name: text}, bool(program)
