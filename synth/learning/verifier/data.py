"""What a verifier learns from: programs of one prompt, right and wrong ones, and pairs of them.

μCode, section "learned verifier": for each prompt that has both, 32 pairs of a right and a wrong
program are drawn uniformly, with replacement; prompts without both say nothing and are dropped.
No torch here: the command line reads and writes these too.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pydantic import BaseModel, ConfigDict, ValidationError

PAIRS = 32  # for each prompt


class BadData(Exception):
    """Nothing can be learned from it. str() is for users."""


@dataclass(frozen=True, slots=True)
class Example:
    """x: the first user message of a task; y: a program; right: the judge's word."""

    task: str
    x: str
    y: str
    right: bool


@dataclass(frozen=True, slots=True)
class Group:
    """All different programs of one prompt, in the order of their text."""

    task: str
    x: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def programs(self) -> tuple[str, ...]:
        return (*self.right, *self.wrong)

    @property
    def labels(self) -> tuple[bool, ...]:
        return (True,) * len(self.right) + (False,) * len(self.wrong)


@dataclass(frozen=True, slots=True)
class Pair:
    """Places: of a group, of its chosen program among the right ones, of the rejected among the
    wrong ones."""

    group: int
    chosen: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """dropped: prompts with right or with wrong programs alone. contradictory: programs that one
    verdict calls right and another one wrong, which are left out."""

    groups: tuple[Group, ...]
    dropped: int
    contradictory: int


@dataclass(frozen=True, slots=True)
class Split:
    """By task, so that no prompt is on both sides."""

    train: tuple[Group, ...]
    held_out: tuple[Group, ...]


def gathered(examples: Iterable[Example]) -> Gathered:
    """Groups in the order of their task and prompt. Raises BadData where none is left."""
    said: dict[tuple[str, str], dict[str, set[bool]]] = {}
    for one in examples:
        said.setdefault((one.task, one.x), {}).setdefault(one.y, set()).add(one.right)
    groups: list[Group] = []
    dropped = contradictory = 0
    for (task, x), programs in sorted(said.items()):
        contradictory += sum(len(words) > 1 for words in programs.values())
        right = tuple(sorted(y for y, words in programs.items() if words == {True}))
        wrong = tuple(sorted(y for y, words in programs.items() if words == {False}))
        if right and wrong:
            groups.append(Group(task, x, right, wrong))
        else:
            dropped += 1
    if not groups:
        raise BadData(
            f"of {dropped} prompts none has both right and wrong programs, and a verifier learns "
            "from their difference: give runs with more programs for each task (a trace without "
            "both right and wrong programs teaches nothing)"
        )
    return Gathered(tuple(groups), dropped, contradictory)


def split(groups: Sequence[Group], fraction: float, seed: int) -> Split:
    """fraction of the tasks, at least one, is held out; 0: none. Raises BadData where none would
    be left to train on."""
    tasks = sorted({group.task for group in groups})
    Random(f"held-out {seed}").shuffle(tasks)
    most = math.ceil(fraction * len(tasks)) if fraction > 0 else 0
    if most >= len(tasks):
        raise BadData(
            f"{len(tasks)} task{'s have' if len(tasks) > 1 else ' has'} both right and wrong "
            "programs: too few to hold any out; give more runs, or --held-out 0"
        )
    out = set(tasks[:most])
    return Split(
        tuple(group for group in groups if group.task not in out),
        tuple(group for group in groups if group.task in out),
    )


def drawn(groups: Sequence[Group], pairs: int, seed: int) -> tuple[Pair, ...]:
    """pairs of each group, uniformly and with replacement, in a random order."""
    random = Random(f"pairs {seed}")
    found = [
        Pair(place, random.randrange(len(group.right)), random.randrange(len(group.wrong)))
        for place, group in enumerate(groups)
        for _ in range(pairs)
    ]
    random.shuffle(found)
    return tuple(found)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    task: str
    x: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    held_out: bool = False


def write(path: Path, parts: Split) -> str:
    """A line a group, whole or not at all; its SHA-256. Raises OSError."""
    lines = [
        _Line(
            task=group.task, x=group.x, right=group.right, wrong=group.wrong, held_out=out
        ).model_dump_json()
        for out, groups in ((False, parts.train), (True, parts.held_out))
        for group in groups
    ]
    data = "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")
    made = path.with_name(f".{path.name}.{os.getpid()}")
    made.write_bytes(data)
    os.replace(made, path)
    return hashlib.sha256(data).hexdigest()


def read(path: Path) -> Split:
    """Raises BadData."""
    found: dict[bool, list[Group]] = {False: [], True: []}
    try:
        for line in path.read_text("utf-8").splitlines():
            row = _Line.model_validate(json.loads(line))
            found[row.held_out].append(Group(row.task, row.x, row.right, row.wrong))
    except (OSError, ValueError, ValidationError) as error:
        raise BadData(f"{path}: {error}") from None
    return Split(tuple(found[False]), tuple(found[True]))
