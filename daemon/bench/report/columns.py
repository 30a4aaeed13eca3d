"""The searches of one arm in columns, so that a million of them fit into a hundred megabytes."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntFlag

from synthd.daemon.bench.record import Key, Record


@dataclass(frozen=True, slots=True, order=True)
class Arm:
    """What is compared: one strategy with one model on one suite in one run. run: "" where there
    is only one."""

    run: str
    suite: str
    strategy: str
    model: str


class Is(IntFlag):
    PASSED = 1
    STEERED = 2  # something visible accepted or rejected programs
    VISIBLE = 4  # … and accepted this one
    ORACLE = 8
    IN_PROCESS = 16
    ESTIMATED = 32
    TRACED = 64


@dataclass(frozen=True, slots=True)
class Search:
    """One row, for reading: what tables list of a single search."""

    key: Key
    flags: Is
    outcome: str
    stop: str
    turn: int
    programs: int
    model_calls: int
    completion_tokens: int
    seconds: float
    program: str

    @property
    def passed(self) -> bool:
        return Is.PASSED in self.flags

    @property
    def fooled(self) -> bool:
        """What steered it was satisfied, and the held-out tests are not."""
        return Is.VISIBLE in self.flags and Is.PASSED not in self.flags


@dataclass(slots=True)
class Words:
    """Numbers for words that come again and again."""

    known: list[str] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def __call__(self, word: str) -> int:
        place = self._places.get(word)
        if place is None:
            place = self._places[word] = len(self.known)
            self.known.append(word)
        return place

    def __len__(self) -> int:
        return len(self.known)


@dataclass(slots=True)
class Columns:
    """tasks, outcomes, stops: what the numbers in the columns mean. money has NaN where no price is
    known. infra: attempts that broke. program: 32 bytes a row, zeros where there is none."""

    arm: Arm
    tasks: Words
    outcomes: Words
    stops: Words
    infra: int = 0
    task: array[int] = field(default_factory=lambda: array("I"))
    seed: array[int] = field(default_factory=lambda: array("q"))
    sample: array[int] = field(default_factory=lambda: array("I"))
    flags: bytearray = field(default_factory=bytearray)
    outcome: array[int] = field(default_factory=lambda: array("H"))
    stop: array[int] = field(default_factory=lambda: array("H"))
    turn: array[int] = field(default_factory=lambda: array("I"))
    programs: array[int] = field(default_factory=lambda: array("I"))
    model_calls: array[int] = field(default_factory=lambda: array("I"))
    prompt_tokens: array[int] = field(default_factory=lambda: array("Q"))
    completion_tokens: array[int] = field(default_factory=lambda: array("Q"))
    cached_tokens: array[int] = field(default_factory=lambda: array("Q"))
    seconds: array[float] = field(default_factory=lambda: array("d"))
    judge_seconds: array[float] = field(default_factory=lambda: array("d"))
    cpu_seconds: array[float] = field(default_factory=lambda: array("d"))
    money: array[float] = field(default_factory=lambda: array("d"))
    program: bytearray = field(default_factory=bytearray)

    def __len__(self) -> int:
        return len(self.task)

    def add(self, record: Record) -> None:
        """One with a verdict."""
        self.task.append(self.tasks(record.task))
        self.seed.append(record.seed)
        self.sample.append(record.sample)
        self.flags.append(_flags(record))
        self.outcome.append(self.outcomes(record.outcome))
        self.stop.append(self.stops(record.stop))
        self.turn.append(record.turn)
        self.programs.append(record.programs)
        self.model_calls.append(record.model_calls)
        self.prompt_tokens.append(record.prompt_tokens)
        self.completion_tokens.append(record.completion_tokens)
        self.cached_tokens.append(record.cached_tokens)
        self.seconds.append(record.seconds)
        self.judge_seconds.append(record.judge_seconds)
        self.cpu_seconds.append(record.cpu_seconds)
        self.money.append(math.nan if record.money is None else record.money)
        self.program += _digest(record.program)

    def search(self, row: int) -> Search:
        arm = self.arm
        key = Key(
            arm.suite,
            self.tasks.known[self.task[row]],
            arm.strategy,
            arm.model,
            self.seed[row],
            self.sample[row],
        )
        digest = self.program[32 * row : 32 * row + 32]
        return Search(
            key,
            Is(self.flags[row]),
            self.outcomes.known[self.outcome[row]],
            self.stops.known[self.stop[row]],
            self.turn[row],
            self.programs[row],
            self.model_calls[row],
            self.completion_tokens[row],
            self.seconds[row],
            digest.hex() if any(digest) else "",
        )

    def rows_by_task(self) -> dict[int, list[int]]:
        """In the order of seeds and samples."""
        found: dict[int, list[int]] = {}
        for row, task in enumerate(self.task):
            found.setdefault(task, []).append(row)
        for rows in found.values():
            rows.sort(key=lambda row: (self.seed[row], self.sample[row]))
        return found

    def count(self, flag: Is) -> int:
        wanted = int(flag)  # an IntFlag's & takes twenty times as long
        return sum(1 for flags in self.flags if flags & wanted)

    def verdicts(self) -> Iterator[tuple[int, int, int, bool]]:
        """Task, seed, sample, passed."""
        passed = int(Is.PASSED)
        for task, seed, sample, flags in zip(
            self.task, self.seed, self.sample, self.flags, strict=True
        ):
            yield task, seed, sample, bool(flags & passed)


def _flags(record: Record) -> int:
    return (
        (1 if record.passed else 0)
        | (2 if record.visible is not None else 0)
        | (4 if record.visible else 0)
        | (8 if record.oracle else 0)
        | (16 if record.in_process else 0)
        | (32 if record.estimated else 0)
        | (64 if record.trace else 0)
    )


def _digest(sha256: str) -> bytes:
    try:
        digest = bytes.fromhex(sha256)
    except ValueError:
        return bytes(32)
    return digest if len(digest) == 32 else bytes(32)
