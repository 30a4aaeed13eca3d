"""What a search tells about itself. Progress, logs and replays are all made from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthd.synth.attempt import Attempt
from synthd.synth.observation import Happened, Observation
from synthd.synth.tuning import Learned

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
    top_p: float | None = None  # None: what the backend does by itself


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of text of a running call arrived."""

    call: int
    piece: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A model call ended. fingerprint: which version of itself the backend says that it was."""

    call: int
    completion: str
    prompt_tokens: int
    completion_tokens: int
    cut: bool = False  # at the most tokens that the call might cost
    counted: bool = True  # the counts are the backend's, not our estimate
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Tuned:
    """The call that is answered next was drawn by weights that had learned before: what each step
    on each lesson did, in their order, those of earlier calls among them."""

    call: int
    learned: tuple[Learned, ...]


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


@dataclass(frozen=True, slots=True)
class Group:
    """Programs that a choice took for one, by their nodes; the first stands for all.

    figures: what speaks for it, by name: ("votes", 3.0).
    """

    nodes: tuple[str, ...]
    figures: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Did:
    """What the programs of some groups, by their places, do on a call."""

    happened: Happened
    shown: str
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parting:
    """A call that tells groups apart; one that was not executed on it is in no outcome."""

    call: str
    outcomes: tuple[Did, ...]


@dataclass(frozen=True, slots=True)
class Chose:
    """A strategy that collects took the program of a node for its result, and ended with that.

    by: what decided, in words; "" where nothing was compared. groups: the programs among which it
    chose. partings: the calls that divide them most evenly first.
    """

    node: str
    by: str = ""
    groups: tuple[Group, ...] = ()
    partings: tuple[Parting, ...] = ()


@dataclass(frozen=True, slots=True)
class Pruned:
    """The user has cut the program of a node off: nothing more is made of it."""

    node: str


Event = Asked | Heard | Tuned | Answered | Tried | Observed | Chose | Pruned
