"""`synthd judge --suite NAME --samples FILE`: a benchmark's tasks, and programs for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bulk.result import Given, text_sha256
from synthd.daemon.bulk.running import Item
from synthd.daemon.exits import BadInput, Failure, Missing
from synthd.sandbox.programs import Language
from synthd.synth.suites import catalog
from synthd.synth.suites.errors import SuiteDamaged, SuiteError, SuiteMissing
from synthd.synth.suites.files import data_folder
from synthd.synth.suites.samples import Sample, read_samples
from synthd.synth.suites.task import Suite, Task


@dataclass(frozen=True, slots=True)
class SuiteSource:
    """The samples file is read anew for each pass, a line at a time."""

    suite: Suite
    samples: Path

    @staticmethod
    def read(
        name: str, samples: Path, data: Path | None, environment: Mapping[str, str]
    ) -> SuiteSource:
        """Raises BadInput and Missing."""
        if not samples.is_file():
            what = (
                "is not a plain file; it is read more than once"
                if samples.exists()
                else "is not there"
            )
            raise BadInput(f"--samples {samples} {what}")
        try:
            return SuiteSource(catalog.load(name, data_folder(data, environment)), samples)
        except SuiteError as error:
            raise _failure(error) from None

    @property
    def languages(self) -> frozenset[Language]:
        return frozenset(task.language for task in self.suite.tasks)

    @property
    def tasks(self) -> int:
        return len(self.suite.tasks)

    @property
    def needs(self) -> frozenset[tuple[Language, str]]:
        return frozenset((task.language, need) for task in self.suite.tasks for need in task.needs)

    def given(self) -> Iterable[Given]:
        return (_given(sample) for sample in self._read())

    def items(self, wanted: Callable[[int], bool], lacking: frozenset[str]) -> Iterable[Item]:
        for sample in self._read():
            if wanted(_number(sample)):
                task = sample.task
                yield Item(_given(sample), sample.program, task.tests, _excuse(task, lacking))

    def _read(self) -> Iterator[Sample]:
        try:
            yield from read_samples(self.samples, self.suite)
        except SuiteError as error:
            raise _failure(error) from None


def _number(sample: Sample) -> int:
    return sample.line - 1


def _given(sample: Sample) -> Given:
    return Given(_number(sample), sample.task.id, text_sha256(sample.program.text))


def _excuse(task: Task, lacking: frozenset[str]) -> str:
    if task.fault:
        return f"the task's own tests accept no program: {task.fault}"
    missing = [need for need in task.needs if need in lacking]
    return f"this machine lacks {', '.join(missing)}" if missing else ""


def _failure(error: SuiteError) -> Failure:
    absent = isinstance(error, SuiteMissing | SuiteDamaged)
    return Missing(str(error)) if absent else BadInput(str(error))
