"""What a search tells about itself. Progress, logs and replays are all made from these."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.attempt import Attempt


@dataclass(frozen=True, slots=True)
class Asked:
    """A model call began."""

    call: int
    purpose: str  # draft, explain, repair
    temperature: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of text of a running call arrived."""

    call: int
    piece: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A model call ended."""

    call: int
    completion: str
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate was evaluated."""

    attempt: Attempt
    programs: int  # evaluated so far


Event = Asked | Heard | Answered | Tried
