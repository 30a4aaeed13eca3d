"""`synthd judge FILE…`: each file is a program, and all are judged by the same tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bulk.result import Given, text_sha256
from synthd.daemon.bulk.running import Item
from synthd.daemon.bulk.testing import Asked, exchanges, language, read_text, tests_for
from synthd.daemon.exits import BadInput
from synthd.sandbox.programs import Language, Program, Tests


@dataclass(frozen=True, slots=True)
class FileSource:
    """tests, sha256: what judges the programs."""

    tests: str
    sha256: str
    programs: tuple[Item, ...]
    tasks: int = 0
    needs: frozenset[tuple[Language, str]] = frozenset()

    @staticmethod
    def read(files: Sequence[Path], asked: Asked) -> FileSource:
        """Raises BadInput before anything runs."""
        if (asked.tests is None) == (asked.stdio is None):
            raise BadInput(
                "what judges the files? Give --tests FILE (asserts, or check(candidate)), "
                'or --stdio cases.jsonl with lines of {"input": "…", "output": "…"}'
            )
        if asked.stdio is not None:
            rows = exchanges(asked.stdio)
            items = [_item(n, path, read_text(path), rows) for n, path in enumerate(files)]
            return FileSource(str(asked.stdio), text_sha256(repr(rows)), tuple(items))
        return _tested(files, asked, asked.tests or Path())

    @property
    def languages(self) -> frozenset[Language]:
        return frozenset(item.program.language for item in self.programs)

    def given(self) -> Iterable[Given]:
        return (item.given for item in self.programs)

    def items(self, wanted: Callable[[int], bool], lacking: frozenset[str]) -> Iterable[Item]:
        return (item for item in self.programs if wanted(item.given.sample))


def _tested(files: Sequence[Path], asked: Asked, path: Path) -> FileSource:
    text = read_text(path)
    same: dict[Tests, Tests] = {}  # a pool knows tests by their identity
    items = []
    for number, file in enumerate(files):
        program = read_text(file)
        tests = tests_for(file, program, asked, text)
        items.append(_item(number, file, program, same.setdefault(tests, tests)))
    about = "\n".join(repr(tests) for tests in same)
    return FileSource(str(path), text_sha256(about), tuple(items))


def _item(number: int, path: Path, text: str, tests: Tests) -> Item:
    program = Program(language(path), text)
    return Item(Given(number, str(path), text_sha256(text)), program, tests)
