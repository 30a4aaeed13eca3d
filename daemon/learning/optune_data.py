"""What an optimizer is trained on, out of runs of `synthd bench` over training tasks.

Of each search the answers to the bare question that came to their end and were judged, right or
wrong, with the task's reference as the right solution; where it has none (files:DIR), with the
first of these answers that is right. Published: ten attempts a task at
temperature 0.6 and top_p 0.95 (`synthd bench run --strategy sampling --samples 10 …`). Searches
whose answers came from changed weights are left out.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.daemon.bench.case import BenchSuite, Case
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import LOG, Layout, replace
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.bench.trajectories import Row, trajectory
from synthd.daemon.exits import BadInput
from synthd.daemon.learning import guard
from synthd.daemon.learning.card import DataSource
from synthd.synth.metrics.overlap import Text
from synthd.synth.prompts.answers import ANSWER

FILE = "data.jsonl"
_TUNED = ("fttt", "fttt+", "optune")


@dataclass(frozen=True, slots=True)
class Gathered:
    """path: lines of synth/learning/optune/examples.py. texts: of the tasks, to be compared."""

    path: Path
    sha256: str
    sources: tuple[DataSource, ...]
    texts: tuple[Text, ...]
    rows: int


def gather(
    sources: tuple[str, ...], out: Path, data: Path | None, environment: Mapping[str, str]
) -> Gathered:
    """All of it in one file of `out`. data: as of `synthd bench run`. Raises BadInput, Missing."""
    lines: dict[str, None] = {}
    told: list[DataSource] = []
    reading = _Reading(data, environment)
    for name in sources:
        path = Path(name).expanduser()
        before = len(lines)
        if path.is_dir():
            lines |= dict.fromkeys(json.dumps(row, sort_keys=True) for row in reading.run(path))
            digest, note = _sha256(path / LOG), reading.note()
        else:
            digest, note = _sha256(path), ""
            lines |= dict.fromkeys(path.read_text("utf-8").splitlines())
        told.append(DataSource(name, digest, len(lines) - before, reading.licences(), note))
    if not lines:
        why = "; ".join(f"{one.name}: {one.note or 'it is empty'}" for one in told)
        raise BadInput(f"there is no attempt to learn from: {why}")
    text = "".join(f"{line}\n" for line in lines)
    replace(out / FILE, text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Gathered(out / FILE, digest, tuple(told), tuple(reading.texts.values()), len(lines))


class _Reading:
    def __init__(self, data: Path | None, environment: Mapping[str, str]) -> None:
        self._data, self._environment = data, environment
        self._suites: dict[str, BenchSuite] = {}
        self._cases: dict[tuple[str, str], Case] = {}
        self._left_out: Counter[str] = Counter()
        self.texts: dict[tuple[str, str], Text] = {}

    def run(self, folder: Path) -> Iterator[Row]:
        self._left_out.clear()
        attempts: list[Row] = []
        Layout(folder).exists()
        with RunFolder.open(folder, writer=False) as run:
            kinds = {spec.label: spec.name for spec in run.experiment.strategies}
        for record in RunFolder.records(folder):
            if record.kind is not Kind.SAMPLE:
                continue
            guard.require(record.suite, (record.task,))
            if kinds.get(record.strategy) in _TUNED:
                self._left_out["searches by changed weights"] += 1
                continue
            found = trajectory(record, "", folder)
            case = self._case(record)
            if found is None:
                self._left_out["searches without a trace"] += 1
            else:
                attempts += self._attempts(found, record, case)
        right = {row["task"]: row["completion"] for row in reversed(attempts) if row["correct"]}
        for row in attempts:
            known = row["solution"] or right.get(row["task"], "")
            if known:
                yield {**row, "solution": known}
            else:
                self._left_out["answers to tasks without a right one"] += 1

    def note(self) -> str:
        told = ", ".join(f"{number} {what}" for what, number in sorted(self._left_out.items()))
        return f"left out: {told}" if told else ""

    def licences(self) -> str:
        return ", ".join(sorted({suite.licence for suite in self._suites.values()}))

    def _case(self, record: Record) -> Case:
        if record.suite not in self._suites:
            suite = catalogue.load(record.suite, self._data, self._environment)
            guard.require_licence(suite)
            self._suites[record.suite] = suite
            self._cases |= {(record.suite, case.id): case for case in suite.cases}
        found = self._cases.get((record.suite, record.task))
        if found is None:
            raise BadInput(f"{record.suite} has no task {record.task} here: it is other data")
        told = Text(f"{record.suite} {found.id}", found.text, found.reference, found.language)
        self.texts.setdefault((record.suite, record.task), told)
        return found

    def _attempts(self, found: Row, record: Record, case: Case) -> Iterator[Row]:
        for step in found["steps"]:
            if step["parent"] or step["purpose"] != "draft" or not step["prompt"]:
                continue
            if step["cut"] or not step["completion"]:
                self._left_out["answers that did not come to their end"] += 1
                continue
            right = _right(step, record)
            if right is None:
                self._left_out["answers without a program or a verdict"] += 1
                continue
            begun = step["prompt"][-1]["role"] == "assistant"
            yield {
                "task": f"{record.suite} {record.task}",
                "prompt": step["prompt"][:-1] if begun else step["prompt"],
                "completion": step["completion"][0]["content"],
                "correct": right,
                "solution": solution(case),
            }


def solution(case: Case) -> str:
    """The reference as a model should write it; "" where there is none."""
    if case.language == ANSWER or not case.reference:
        return case.reference.strip()
    fence = {"verus": "rust"}.get(case.language, case.language)
    return f"```{fence}\n{case.reference.strip()}\n```"


def _right(step: Row, record: Record) -> bool | None:
    """By the held-out tests where they judged it; else wrong, where visible checks say so."""
    programs: list[Any] = [one for one in step["programs"] if one["code"].strip()]
    for one in programs:
        if one["reward_held_out"] is not None:
            return bool(one["reward_held_out"])
    if programs and all(one["visible"] in ("rejected", "forbidden") for one in programs):
        return False
    return None


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(f"--from {path}: {error.strerror or error}") from None
