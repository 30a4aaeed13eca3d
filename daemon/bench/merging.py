"""Several folders of one experiment, shards of it or machines, become one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.folder import meaning, tasks
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import Layout, trace_path
from synthd.daemon.bench.record import Key, Kind, Record
from synthd.daemon.exits import BadInput


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two samples of one key: the first one counts. folder: where the second is."""

    key: Key
    first: bool | None
    second: bool | None
    folder: Path


@dataclass(frozen=True, slots=True)
class Merged:
    """added: samples that came to the folder. same: were there with the same verdict. infra:
    attempts that broke. lost: programs whose text their folder does not have."""

    samples: int
    added: int
    same: int
    infra: int
    lost: int
    disagreements: tuple[Disagreement, ...]


def merge(folders: Sequence[Path], out: Path, told: Callable[[str], None]) -> Merged:
    """What a key has in the first folder counts. Can be cut off and done again, also with more
    folders. Raises BadInput before anything is written, and Missing."""
    if out.resolve() in {folder.resolve() for folder in folders}:
        raise BadInput(f"--out {out} is one of the folders; name another one")
    experiment = _experiment(folders)
    with RunFolder.open(out, experiment) as into:
        merging = _Merging(into)
        for record in RunFolder.records(out):
            merging.known(record)
        for folder in folders:
            told(f"{folder} …")
            into.note_tasks(tasks.read(Layout(folder).tasks))
            with RunFolder.open(folder, writer=False) as source:
                for record in RunFolder.records(folder):
                    merging.take(record, source)
        return Merged(
            into.samples,
            merging.added,
            merging.same,
            merging.infra,
            merging.lost,
            tuple(merging.disagreements),
        )


def _experiment(folders: Sequence[Path]) -> Experiment:
    found: Experiment | None = None
    for folder in folders:
        layout = Layout(folder)
        layout.exists()
        now = meaning.read(layout.experiment)
        try:
            found = now if found is None else meaning.merged(found, now)
        except meaning.Differs as difference:
            raise BadInput(
                f"{folder} is of another experiment than {folders[0]}: {difference}. "
                "`synthd bench compare` takes runs that differ"
            ) from None
    assert found is not None
    return found


class _Merging:
    def __init__(self, into: RunFolder) -> None:
        self.added = self.same = self.infra = self.lost = 0
        self.disagreements: list[Disagreement] = []
        self._into = into
        self._verdicts: dict[bytes, bool | None] = {}
        self._attempts: set[str] = set()

    def known(self, record: Record) -> bool:
        """Whether this is new; it is known from now on."""
        if record.kind is Kind.INFRA:
            text = record.json_text()
            if text in self._attempts:
                return False
            self._attempts.add(text)
            return True
        compact = record.key.compact
        if compact in self._verdicts:
            return False
        self._verdicts[compact] = record.passed
        return True

    def take(self, record: Record, source: RunFolder) -> None:
        if not self.known(record):
            if record.kind is Kind.SAMPLE:
                self._twice(record, source.layout.root)
            return
        kept = self._into.append(self._finished(record, source))
        if record.kind is Kind.INFRA:
            self.infra += kept
        else:
            self.added += kept

    def _twice(self, record: Record, folder: Path) -> None:
        first = self._verdicts[record.key.compact]
        if first == record.passed:
            self.same += 1
        else:
            self.disagreements.append(Disagreement(record.key, first, record.passed, folder))

    def _finished(self, record: Record, source: RunFolder) -> Finished:
        program = ""
        if record.program:
            try:
                program = source.program(record.program)
            except BadInput:
                self.lost += 1
        return Finished(record, program, _events(record, source.layout.root))


def _events(record: Record, folder: Path) -> str:
    """By the key: what a record says of paths is not asked."""
    if not record.trace:
        return ""
    try:
        return (folder / trace_path(record.key)).read_text("utf-8", "surrogatepass")
    except OSError:
        return ""
