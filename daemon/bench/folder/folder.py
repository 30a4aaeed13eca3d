"""A run's folder: one process appends what it finds, any number read along."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from synthd.daemon.appending import append, claim
from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.folder import log, meaning, tasks
from synthd.daemon.bench.folder.keys import Keys
from synthd.daemon.bench.folder.layout import Layout, replace, trace_path
from synthd.daemon.bench.folder.programs import Programs
from synthd.daemon.bench.record import Key, Kind, Record
from synthd.daemon.bulk.result import text_sha256
from synthd.daemon.exits import BadInput, Missing

_PATIENCE = 1.0  # seconds: somebody may just be looking whether anyone writes


class RunFolder:
    """Use `with RunFolder.open(…)`. experiment: what the folder's was and the given one, merged.
    done: keys that have a sample. discarded: results that came late or twice.
    """

    def __init__(self, path: Path, experiment: Experiment | None, *, writer: bool) -> None:
        self.layout = Layout(path)
        self.discarded = 0
        self._asked = experiment
        self._writer = writer
        self._experiment: Experiment | None = None
        self._done = Keys()
        self._infra: Counter[bytes] = Counter()
        self._programs: Programs | None = None
        self._log: BinaryIO | None = None
        self._files: list[BinaryIO] = []
        self._read = False

    @staticmethod
    def open(path: Path, experiment: Experiment | None = None, *, writer: bool = True) -> RunFolder:
        """Entering it raises BadInput where the folder is not of this experiment, is damaged, or
        another process writes it; Missing where it cannot be written. Without an experiment it
        must be there, and its own one holds."""
        return RunFolder(path, experiment, writer=writer)

    @staticmethod
    def records(path: Path) -> Iterator[Record]:
        """What the run's log comes to (log.py), also while another process writes it. Raises
        BadInput."""
        layout = Layout(path)
        layout.exists()
        try:
            yield from log.records(layout.log)
        except FileNotFoundError:
            return

    @property
    def experiment(self) -> Experiment:
        assert self._experiment is not None, "use `with`"
        return self._experiment

    @property
    def done(self) -> Container[Key]:
        """Up to date as this process appends; where another one writes, as it was at first."""
        self._counted()
        return self._done

    @property
    def samples(self) -> int:
        """How many are done."""
        self._counted()
        return len(self._done)

    def infra_attempts(self, key: Key) -> int:
        """Attempts that broke, of a key that may be done by now."""
        self._counted()
        return self._infra[key.compact]

    def __enter__(self) -> RunFolder:
        try:
            self._open()
        except OSError as error:
            self._close()
            raise Missing(f"{self.layout.root}: {error.strerror or error}") from None
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._writer:
                for file in self._files:
                    os.fsync(file.fileno())
        finally:
            self._close()

    def append(self, finished: Finished) -> bool:
        """False: late or there already, so it was discarded. Raises Missing where it cannot be
        written; then it is as if it had never come, and the folder can be continued."""
        assert self._log is not None and self._programs is not None and self._writer, "use `with`"
        record = _named(finished)
        key = record.key
        if key in self._done and record.kind is not Kind.REJUDGED:
            self.discarded += 1
            return False
        try:
            if finished.program:
                self._programs.add(record.program, finished.program)
            if finished.events:
                self._trace(record.trace, finished.events)
            append(self._log, record.json_text().encode() + b"\n")
        except OSError as error:
            raise Missing(
                f"{self.layout.root} cannot be written: {error.strerror or error}. All that was "
                "written before is whole; make room, and the same command continues"
            ) from None
        self._note(record)
        return True

    def program(self, sha256: str) -> str:
        """Raises BadInput where the folder has none of that name."""
        if self._programs is None:
            self._programs = Programs(self.layout.programs, self._readable(self.layout.programs))
            self._programs.read()
        return self._programs.text(sha256)

    def note_tasks(self, found: Mapping[str, tuple[str, ...]]) -> None:
        """Keep of each suite's text its ids, so that what is left can be told without its data.
        Raises Missing."""
        try:
            tasks.note(self.layout.tasks, found)
        except OSError as error:
            raise Missing(f"{self.layout.tasks}: {error.strerror or error}") from None

    def judged_by(self, name: str) -> None:
        """All verdicts are this judge's from now on. Raises Missing."""
        self._experiment = self.experiment.model_copy(update={"judge": name})
        try:
            self._keep_experiment()
        except OSError as error:
            raise Missing(f"{self.layout.experiment}: {error.strerror or error}") from None

    def _open(self) -> None:
        if self._asked is None or not self._writer:
            self.layout.exists()
        else:
            self.layout.make()
        if self._writer:
            self._log = self._appendable(self.layout.log)
            self._claim(self._log)
        self._experiment = self._merged()
        if self._log is not None:
            self._programs = Programs(self.layout.programs, self._appendable(self.layout.programs))
            whole = self._read_log(), self._programs.read()
            for file, size in zip(self._files, whole, strict=True):
                file.truncate(size)
            self._keep_experiment()

    def _appendable(self, path: Path) -> BinaryIO:
        file = open(path, "a+b", buffering=0)
        self._files.append(file)
        return file

    def _readable(self, path: Path) -> BinaryIO:
        try:
            file = open(path, "rb", buffering=0)
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror or error}") from None
        self._files.append(file)
        return file

    def _claim(self, file: BinaryIO) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not claim(file):
            if time.monotonic() > deadline:
                raise BadInput(
                    f"another synthd bench is writing {self.layout.root}; wait for it, or name "
                    "another folder and merge them (`synthd bench merge`)"
                )
            time.sleep(0.05)

    def _merged(self) -> Experiment:
        path = self.layout.experiment
        if not path.exists() and self._asked is not None:
            return self._asked
        was = meaning.read(path)
        if self._asked is None:
            return was
        try:
            return meaning.merged(was, self._asked)
        except meaning.Differs as difference:
            raise BadInput(
                f"{self.layout.root} is of another experiment: {difference}. Name another --out, "
                "or ask for what it was"
            ) from None

    def _keep_experiment(self) -> None:
        path = self.layout.experiment
        text = self.experiment.model_dump_json(by_alias=True, indent=1) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            replace(path, text)

    def _counted(self) -> None:
        """Readers that only want programs need not read the log."""
        if self._log is None and not self._read and self.layout.log.exists():
            self._read_log()
        self._read = True

    def _read_log(self) -> int:
        """How many bytes are whole lines."""
        size = 0
        with open(self.layout.log, "rb") as file:
            for end, record in log.lines(file, self.layout.log):
                self._note(record)
                size = end
        return size

    def _note(self, record: Record) -> None:
        if record.kind is Kind.SAMPLE:
            self._done.add(record.key)
        elif record.kind is Kind.INFRA:
            self._infra[record.key.compact] += 1

    def _trace(self, name: str, events: str) -> None:
        """Raises OSError, and then there is none."""
        path = self.layout.root / name
        data = events.encode("utf-8", "surrogatepass")
        try:
            try:
                path.write_bytes(data)
            except FileNotFoundError:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        except OSError:
            path.unlink(missing_ok=True)
            raise

    def _close(self) -> None:
        for file in self._files:
            file.close()
        self._files.clear()
        self._log = self._programs = None


def _named(finished: Finished) -> Record:
    """With the names under which program and trace are kept, whatever the engine called them."""
    record = finished.record
    sha256 = text_sha256(finished.program) if finished.program else record.program
    trace = trace_path(record.key) if finished.events else ""
    if (record.program, record.trace) == (sha256, trace):
        return record
    return record.model_copy(update={"program": sha256, "trace": trace})
