"""What a search tells about itself. Progress, logs and replays are all made from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthd.synth.attempt import Attempt
from synthd.synth.observation import Observation

if TYPE_CHECKING:
    from synthd.synth.ports import Prompt


@dataclass(frozen=True, slots=True)
class Asked:
    """A model call began. One that has no Answered by the end failed or was cut off.

    node: its place in the search tree; parent: the node of the program that it is about, or "".
    """

    call: int
    purpose: str  # draft, explain, repair
    temperature: float
    node: str = ""
    parent: str = ""
    prompt: Prompt = ()
    seed: int = 0
    max_tokens: int = 0


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
    cut: bool = False  # at the most tokens that the call might cost
    counted: bool = True  # the counts are the backend's, not our estimate


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate was evaluated."""

    attempt: Attempt
    programs: int  # evaluated so far


@dataclass(frozen=True, slots=True)
class Observed:
    """The program of a node was executed on inputs that are no checks."""

    node: str
    observations: tuple[Observation, ...]


Event = Asked | Heard | Answered | Tried | Observed
