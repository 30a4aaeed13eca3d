"""PSB2's problems and rows as they lie in the data folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from synthd.synth.suites.errors import SuiteDamaged
from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.task import Part

LICENCE = "CC-BY-4.0 as far as known (PSB2); descriptions MIT (SEIDR)"
# gcd's description runs on into the next problem's, in the source, too.
_RUNS_INTO = " Indices of Substring (CW)"
_SPLITS = {
    Part.ALL: ("edge", "train", "test"),
    Part.VISIBLE: ("edge", "train"),
    Part.HELD_OUT: ("test",),
}


@dataclass(frozen=True, slots=True)
class Case:
    inputs: tuple[object, ...]
    outputs: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class PsbProblem:
    """inputs, outputs: types in Python's words. examples: three of the visible cases."""

    name: str
    description: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    cases: tuple[Case, ...]
    examples: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Psb2:
    problems: tuple[PsbProblem, ...]
    sha256: str
    source: Path


class _Problem(DataRow):
    name: str
    description: str
    inputs: dict[str, str]
    outputs: dict[str, str]


class _Row(DataRow):
    model_config = ConfigDict(frozen=True, extra="allow")
    split: str

    def values(self, prefix: str, count: int) -> tuple[object, ...]:
        extra: dict[str, Any] = self.model_extra or {}
        return tuple(extra[f"{prefix}{number}"] for number in range(1, count + 1))


def read(data: Path, part: Part) -> Psb2:
    (found,) = read_parts(data, part)
    return found


def read_parts(data: Path, *parts: Part) -> tuple[Psb2, ...]:
    """Each of these, from reading the files once."""
    index = locate(data, "psb2/problems.json")
    try:
        problems = TypeAdapter(list[_Problem]).validate_python(json.loads(index.read_bytes()))
    except (ValidationError, ValueError) as error:
        raise SuiteDamaged(index, 0, f"not the list of problems ({error})") from None
    files = [locate(data, f"psb2/examples/{problem.name}.jsonl.gz") for problem in problems]
    found: list[list[PsbProblem]] = [[] for _ in parts]
    for problem, path in zip(problems, files, strict=True):
        told = list(_cases(problem, path))
        for part, each in zip(parts, found, strict=True):
            each.append(_problem(problem, told, part))
    sha256 = _manifest([index, *files])
    return tuple(Psb2(tuple(each), sha256, index.parent) for each in found)


def _problem(problem: _Problem, rows: list[tuple[str, Case]], part: Part) -> PsbProblem:
    visible: list[Case] = []
    cases: list[Case] = []
    for split, case in rows:
        if split in _SPLITS[part]:
            cases.append(case)
        if split in _SPLITS[Part.VISIBLE]:
            visible.append(case)
    # Almost every edge case is a training case once more.
    chosen = _distinct(cases) if part is Part.VISIBLE else cases
    short = [case for case in _distinct(visible) if len(repr(case)) <= _SHORT] or visible
    return PsbProblem(
        problem.name,
        problem.description.partition(_RUNS_INTO)[0],
        tuple(problem.inputs.values()),
        tuple(problem.outputs.values()),
        tuple(chosen),
        tuple(short[len(short) * sixth // 6] for sixth in (1, 3, 5)),
    )


_SHORT = 150


def _cases(problem: _Problem, path: Path) -> Iterator[tuple[str, Case]]:
    for line, row in rows(path, _Row):
        try:
            inputs = row.values("input", len(problem.inputs))
            yield row.split, Case(inputs, row.values("output", len(problem.outputs)))
        except KeyError as error:
            raise SuiteDamaged(path, line, f"no {error}") from None


def _distinct(cases: list[Case]) -> list[Case]:
    return list({repr(case): case for case in cases}.values())


def _manifest(paths: list[Path]) -> str:
    named = sorted((path.name, digest(path)) for path in paths)
    text = "".join(f"{sha256}  {name}\n" for name, sha256 in named)
    return hashlib.sha256(text.encode()).hexdigest()
