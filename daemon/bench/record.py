"""A line of a run's log: one search over one task and the verdict on what it came to.

Key names the search. A key has at most one line of the kind `sample`: what comes later for it is a
duplicate and is discarded. `infra` lines are attempts that failed through no fault of the program:
they are counted and never scored, and the key is tried again. `rejudged` lines replace the verdict
of their key's sample, the last one counting.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from synthd.daemon.report import Wire

SCHEMA = 1


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """suite, strategy: their names in the experiment. seed: of the experiment's seeds. sample: the
    how manieth independent search with all the rest the same, from 0."""

    suite: str
    task: str
    strategy: str
    model: str
    seed: int
    sample: int

    @property
    def digest(self) -> str:
        """40 hexadecimal digits, the same in every process: for file names and shards."""
        return self._hashed().hex()[:40]

    @property
    def compact(self) -> bytes:
        """The beginning of the digest as 16 bytes: for sets of a million keys."""
        return self._hashed()[:16]

    def _hashed(self) -> bytes:
        parts = (self.suite, self.task, self.strategy, self.model, str(self.seed), str(self.sample))
        return hashlib.sha256("\x1f".join(parts).encode()).digest()

    def shard(self, of: int) -> int:
        return int(self.digest, 16) % of


class Kind(StrEnum):
    SAMPLE = "sample"
    INFRA = "infra"
    REJUDGED = "rejudged"


# What depends on the machine and on what was kept before: left out where tables are compared.
TIMES = ("seconds", "judge_seconds", "cpu_seconds", "at", "cached_tokens")


class Record(Wire):
    """Without the program's text, which is in programs.jsonl under its sha256.

    visible: whether what steered the search accepted the program; null where nothing steered.
    passed: the verdict of the held-out tests; null where there is none (then kind is `infra`).
    outcome: one word for it: pass, fail, timeout, …; no_code where the search has no program.
    stop: why the search ended: solved, budget, time, finished. oracle: held-out tests could end
    it. turn: the place of the program in its line of repairs, 1 for a draft, 0 for none.
    in_process: the held-out tests ran in the candidate's process. money: in US dollars, null where
    no price is known. cached: of the completion tokens, those that were not drawn anew. at: when
    it was finished, in seconds since the epoch. trace: where in the run's folder its events are.
    error: of an `infra` line, what broke.
    """

    schema_version: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    kind: Kind = Kind.SAMPLE
    suite: str
    task: str
    strategy: str
    model: str
    seed: int
    sample: int
    visible: bool | None = None
    passed: bool | None = None
    outcome: str = ""
    stop: str = ""
    oracle: bool = False
    in_process: bool = False
    program: str = ""
    turn: int = 0
    programs: int = 0
    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    money: float | None = None
    executed: int = 0
    declared: int = 0
    seconds: float = 0.0
    judge_seconds: float = 0.0
    cpu_seconds: float = 0.0
    at: float = 0.0
    trace: str = ""
    error: str = ""

    @property
    def key(self) -> Key:
        return Key(self.suite, self.task, self.strategy, self.model, self.seed, self.sample)

    def json_text(self) -> str:
        """One line, without what is at its default."""
        return self.model_dump_json(by_alias=True, exclude_defaults=True)


def fields() -> Iterator[str]:
    """Of a table that does not depend on the machine."""
    return (name for name in Record.model_fields if name not in (*TIMES, "schema_version"))
