"""A call as the engine draws it, and what it tells of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from queue import SimpleQueue

from synthd.synth.ports import Finish
from synthd.synth.tuning import Learned, Tuning


@dataclass(frozen=True, slots=True)
class Said:
    """One token. text: the whole characters that it completes. logprob: None unless asked for."""

    text: str
    raw: bytes
    logprob: float | None


@dataclass(frozen=True, slots=True)
class Ended:
    """drawn: tokens, the one that ended it with them."""

    finish: Finish
    read: int
    drawn: int
    learned: tuple[Learned, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """kind: a name for it, as servers of this API have them. Not tried again."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """ids: the prompt's tokens. context: of prompt and answer together, at most. Whoever gives up
    sets `given_up`; nothing more is drawn then."""

    ids: tuple[int, ...]
    temperature: float
    top_p: float | None
    seed: int
    max_tokens: int
    logprobs: bool
    context: int
    tuning: Tuning | None = None
    told: SimpleQueue[Said | Ended | Failed] = field(default_factory=SimpleQueue)
    given_up: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Counts:
    """running: calls that are being drawn; waiting: those that are not yet; drawn: tokens so far;
    read: prompts' tokens so far, without those that were known from before."""

    running: int
    waiting: int
    drawn: int
    read: int
