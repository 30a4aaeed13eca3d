"""Chats to learn from, out of what the user has: lines of chats, and runs of `synthd bench`.

Of a run: each answer whose program the held-out tests accepted, with the very messages it answered.
So it has to have kept its traces.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import Layout, replace
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.bench.trajectories import Row, trajectory
from synthd.daemon.exits import BadInput
from synthd.daemon.learning import guard
from synthd.daemon.learning.card import DataSource
from synthd.synth.metrics.overlap import Text

FILE = "data.jsonl"


@dataclass(frozen=True, slots=True)
class Gathered:
    path: Path
    sha256: str
    sources: tuple[DataSource, ...]
    texts: tuple[Text, ...]

    @property
    def rows(self) -> int:
        return sum(source.rows for source in self.sources)


def gather(sources: Sequence[str], out: Path) -> Gathered:
    """All of it in one file of `out`, each chat once. Raises BadInput."""
    rows: dict[str, None] = {}
    told: list[DataSource] = []
    for name in sources:
        path = Path(name).expanduser()
        found, note = _of_run(path) if path.is_dir() else (_of_file(path), "")
        fresh = {_line(row): None for row in found}
        told.append(DataSource(name, _sha256(fresh), len(fresh.keys() - rows.keys()), note=note))
        rows |= fresh
    if not rows:
        why = "; ".join(f"{one.name}: {one.note or 'it is empty'}" for one in told)
        raise BadInput(f"nothing to learn from: {why}")
    text = "".join(f"{line}\n" for line in rows)
    if taken(out) and _text(out / FILE) != text:
        raise BadInput(
            f"{out} holds a training on other data: name another folder with --out, or give the "
            "command as it was to go on"
        )
    replace(out / FILE, text)
    return Gathered(out / FILE, _sha256(rows), tuple(told), _texts(rows))


def taken(out: Path) -> bool:
    """Whether a fine-tuning has begun there: then its data must stay."""
    return (out / "result.json").exists() or any((out / "checkpoints").glob("step-*"))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def chat(prompt: Iterable[Mapping[str, Any]], answer: str) -> Row:
    return {"messages": [*prompt, {"role": "assistant", "content": answer}]}


def _of_file(path: Path) -> list[Row]:
    rows = []
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"--from {path}: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            messages = [{"role": m["role"], "content": m["content"]} for m in row["messages"]]
        except (ValueError, LookupError, TypeError):
            raise BadInput(
                f'{path}, line {number}: write {{"messages": [{{"role": …, "content": …}}, …]}}'
            ) from None
        rows.append({"messages": messages})
    return rows


def _of_run(folder: Path) -> tuple[list[Row], str]:
    Layout(folder).exists()
    rows: list[Row] = []
    untraced = 0
    with RunFolder.open(folder, writer=False) as run:
        for record in _passed(folder):
            guard.require(record.suite, (record.task,))
            found = trajectory(record, run.program(record.program), folder)
            if found is None:
                untraced += 1
            else:
                rows += _answers(found)
    note = f"{untraced} searches without a trace are left out" if untraced else ""
    return rows, note if rows or note else "no search of it passed its held-out tests"


def _passed(folder: Path) -> Iterator[Record]:
    for record in RunFolder.records(folder):
        if record.kind is Kind.SAMPLE and record.passed and record.program:
            yield record


def _answers(found: Row) -> Iterator[Row]:
    for step in found["steps"]:
        right = any(program["reward_held_out"] == 1.0 for program in step["programs"])
        if right and step["prompt"] and step["completion"] and not step["cut"]:
            yield chat(step["prompt"], step["completion"][0]["content"])


def _texts(rows: Iterable[str]) -> tuple[Text, ...]:
    """What is compared with benchmarks: the first thing that the user says."""
    found: dict[str, Text] = {}
    for line in rows:
        messages = json.loads(line)["messages"]
        said = next((str(m["content"]) for m in messages if m["role"] == "user"), "")
        found.setdefault(said, Text(f"chat {len(found) + 1}", said))
    return tuple(found.values())


def _line(row: Row) -> str:
    return json.dumps(row, sort_keys=True, ensure_ascii=False)


def _sha256(lines: Iterable[str]) -> str:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
