"""A line for each search that was done: what a later sitting goes on from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Key:
    """What decides how a search goes. code: of the strategy's file, so that a strategy that was
    changed is run again, and the others are not."""

    problem: str
    strategy: str
    seed: int
    tokens: int
    model: str
    code: str


@dataclass(frozen=True, slots=True)
class Result:
    """right: by the tests that are held out. passed: all visible checks."""

    key: Key
    right: bool
    passed: bool
    programs: int
    calls: int
    completion_tokens: int
    seconds: float
    body: str


class Results:
    """Appends; what was cut off in the middle of a line was not done."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.done: dict[Key, Result] = {result.key: result for result in _read(path)}

    def add(self, result: Result) -> None:
        self.done[result.key] = result
        self._path.parent.mkdir(parents=True, exist_ok=True)
        whole = not self._path.exists() or self._path.read_bytes().endswith(b"\n")
        with self._path.open("a", encoding="utf-8") as file:
            line = json.dumps({"schema": SCHEMA, **asdict(result)})
            file.write(f"{'' if whole else chr(10)}{line}\n")

    def of(self, keys: Iterable[Key]) -> list[Result]:
        return [self.done[key] for key in keys if key in self.done]


def _read(path: Path) -> Iterator[Result]:
    if not path.exists():
        return
    for line in path.read_text("utf-8").splitlines():
        try:
            held = json.loads(line)
            if held.pop("schema") == SCHEMA:
                yield Result(**{**held, "key": Key(**held["key"])})
        except (ValueError, LookupError, TypeError, AttributeError):
            continue
