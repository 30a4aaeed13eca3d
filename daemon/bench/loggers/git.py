"""`--log git:REMOTE`: each best program a commit with its numbers, on a branch there.

As SEIDR keeps its programs: a commit each, with the score in its message. A program is the best of
its task, strategy and model so far: one that passes before one that does not, then one that what
steered the search accepts; the first of equals stays.
"""

from __future__ import annotations

import re
import time
from hashlib import sha256

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.loggers.git_repository import Repository
from synthd.daemon.bench.record import Kind, Record

_PUSH = 10.0  # seconds between pushes

Rank = tuple[bool, bool]


class GitSink:
    """ranks: of the best programs of what was done before, by their paths."""

    def __init__(self, repository: Repository, ranks: dict[str, Rank]) -> None:
        self._repository = repository
        self._ranks = ranks
        self._pushed = 0.0
        self._waiting = False

    def begun(self, experiment: Experiment) -> None:
        self._repository.open()

    def sample(self, finished: Finished) -> None:
        record = finished.record
        if record.kind is not Kind.SAMPLE or not finished.program:
            return
        path = path_of(record)
        rank = rank_of(record)
        if path in self._ranks and rank <= self._ranks[path] and self._repository.has(path):
            return
        self._repository.commit(path, finished.program, message_of(record))
        self._ranks[path] = max(rank, self._ranks.get(path, rank))
        self._waiting = True
        if time.monotonic() - self._pushed >= _PUSH:
            self._push()

    def ended(self) -> None:
        if self._waiting:
            self._push()

    def _push(self) -> None:
        self._repository.push()
        self._pushed, self._waiting = time.monotonic(), False


def rank_of(record: Record) -> Rank:
    return bool(record.passed), bool(record.visible)


def path_of(record: Record) -> str:
    """Whatever tasks and models are called: folders and a file below, and none of git's own."""
    parts = [_safe(part) for part in (record.suite, record.strategy, record.model)]
    return "/".join([*parts, _safe(record.task) + _ending(record.suite)])


def message_of(record: Record) -> str:
    verdict = "passed" if record.passed else record.outcome or "failed"
    lines = [
        f"{record.task} by {record.strategy}: {verdict}",
        "",
        f"Suite: {record.suite}",
        f"Model: {record.model}",
        f"Seed: {record.seed}",
        f"Sample: {record.sample}",
        f"Visible-checks: {_word(record.visible)}",
        f"Held-out-tests: {_word(record.passed)}",
        f"Oracle: {_word(record.oracle)}",
        f"Turn: {record.turn}",
        f"Programs: {record.programs}",
        f"Model-calls: {record.model_calls}",
        f"Prompt-tokens: {record.prompt_tokens}",
        f"Completion-tokens: {record.completion_tokens}",
        f"Money: {'unknown' if record.money is None else record.money}",
        f"Program-SHA256: {record.program}",
    ]
    return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in lines) + "\n"


def _word(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "none"}[value]


def _safe(name: str) -> str:
    """Readable, unlike any other name's, and no `..` or `.git`."""
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", name).strip(".-")[:80]
    if plain and plain == name and plain.lower() != "git":
        return plain
    return f"{plain or 'x'}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _ending(suite: str) -> str:
    for mark, ending in (("cpp", ".cpp"), ("rust", ".rs"), ("verus", ".rs")):
        if mark in suite:
            return ending
    return ".txt" if suite in ("gsm8k", "math500") else ".py"
