"""Where in a run's folder what lies, and how its files are opened."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bench.record import Key
from synthd.daemon.exits import BadInput

EXPERIMENT = "experiment.json"
LOG = "log.jsonl"
PROGRAMS = "programs.jsonl"
TASKS = "tasks.json"
TRACES = "traces"
ANSWERS = "answers"
SHARDS = "shards"  # runs of their own, which are merged into this one


@dataclass(frozen=True, slots=True)
class Layout:
    root: Path

    @property
    def experiment(self) -> Path:
        return self.root / EXPERIMENT

    @property
    def log(self) -> Path:
        return self.root / LOG

    @property
    def programs(self) -> Path:
        return self.root / PROGRAMS

    @property
    def tasks(self) -> Path:
        """Of each suite, as it is written in the experiment, the ids of its tasks."""
        return self.root / TASKS

    @property
    def answers(self) -> Path:
        return self.root / ANSWERS

    def make(self) -> None:
        """Raises BadInput where the folder is something else than a run's, or cannot be made."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            there = {entry.name for entry in os.scandir(self.root)}
        except OSError as error:
            raise BadInput(f"{self.root}: {error.strerror or error}; name another folder") from None
        begun = LOG in there and self.log.stat().st_size
        if EXPERIMENT not in there and (begun or there - {LOG, SHARDS, ANSWERS}):
            raise BadInput(
                f"{self.root} holds other things and no {EXPERIMENT}; name an empty folder"
            )

    def exists(self) -> None:
        """Raises BadInput where it is no run's folder."""
        if not self.experiment.is_file():
            raise BadInput(
                f"{self.root} is no folder of a benchmark run: it has no {EXPERIMENT}; "
                "`synthd bench run --out DIR` makes one"
            )


def trace_path(key: Key) -> str:
    """Where the events of a search are, from the folder of its run."""
    digest = key.digest
    return f"{TRACES}/{digest[:2]}/{digest}.jsonl"


def replace(path: Path, text: str) -> None:
    """All of it or nothing, whenever the machine stops. Raises OSError."""
    made = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(made, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(made, path)
    finally:
        made.unlink(missing_ok=True)
