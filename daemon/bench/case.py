"""A task of a benchmark as a search meets it, and what a suite of them is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from synthd.daemon.bench.opened import Opened
from synthd.daemon.settings import LimitSettings, Settings
from synthd.daemon.traces.kept import Told
from synthd.sandbox.level import Detection
from synthd.sandbox.pool import JudgePool
from synthd.synth.budget import Budget, Usage
from synthd.synth.extraction.named import ROBUST
from synthd.synth.ports import Model, Trace
from synthd.synth.run import Strategy, unwatched
from synthd.synth.verifiers.scoring import Scorer


@dataclass(frozen=True, slots=True)
class Tools:
    """What all searches of one process share. folder: for files of this process alone, removed with
    it. opened: what only some cases need; to be closed by whoever makes this.
    settings: the user's, of Verus for instance."""

    pool: JudgePool
    detection: Detection
    limits: LimitSettings
    folder: Path
    unsafe: bool = False
    opened: Opened = field(default_factory=Opened)
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True)
class Sought:
    """One search. model: as this search sees it, with the slots that it may use at once. strategy:
    the parameter `oracle` of it asks for the held-out tests to end the search. tracing: where the
    case writes header, events and end of the search (traces/kept.py); None: nowhere. trace: hears
    the events besides. scorer: a learned verifier's."""

    model: Model
    strategy: Strategy
    strategy_name: str
    budget: Budget
    seed: int
    extraction: str = ROBUST
    tracing: Told | None = None
    trace: Trace = field(default=unwatched)
    scorer: Scorer | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to. program: the text that `score` takes, empty where there is none;
    visible, stop, oracle, turn: as in Record."""

    program: str
    visible: bool | None
    stop: str
    usage: Usage
    seconds: float
    oracle: bool = False
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """passed: None where there is no verdict, and error says why: ours or the environment's."""

    passed: bool | None
    outcome: str
    executed: int = 0
    declared: int = 0
    in_process: bool = False
    cpu_seconds: float = 0.0
    error: str = ""


class Case(Protocol):
    """One task. Cases are made by the thousand and must be cheap until they are searched."""

    @property
    def id(self) -> str: ...

    @property
    def language(self) -> str:
        """python, cpp, rust, verus, or answer."""
        ...

    @property
    def text(self) -> str:
        """What a model is shown of the task: for reports, and for what is told of contamination."""
        ...

    @property
    def reference(self) -> str:
        """A program (or answer) that passes, "" where none is known. No prompt has it."""
        ...

    def unmet(self, strategy: Strategy) -> str:
        """Why this strategy cannot be used on it, "" if it can: said before anything runs."""
        ...

    async def search(self, sought: Sought, tools: Tools) -> Found:
        """Held-out tests steer nothing in it, unless the strategy asks for an oracle.

        Raises Failure (daemon/exits.py): Stalled where the model fails for good, Missing where the
        machine lacks something, BadInput where task or strategy cannot be used. Anything but
        BadInput is an attempt that broke, which is tried again and never scored.
        """
        ...

    async def score(self, program: str, tools: Tools) -> Score:
        """By the held-out tests."""
        ...


@dataclass(frozen=True, slots=True)
class Split:
    """In words, for people: what steers and may be shown to a model, what may end a search
    besides, and what only scores at the end."""

    visible: str
    acceptance: str
    held_out: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    id: str
    why: str


@dataclass(frozen=True, slots=True)
class BenchSuite:
    """version: of the data, in its makers' words. sha256: of the data as it was read."""

    name: str
    title: str
    licence: str
    version: str
    sha256: str
    split: Split
    cases: tuple[Case, ...]
    left_out: tuple[LeftOut, ...] = ()
    note: str = ""
