"""How a job looks to whoever asks: values only, without source text and environment."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.daemon.jobs.messages import Asking, Ended, Progressed, Settled
from synthd.daemon.jobs.states import Priority, State


@dataclass(frozen=True, slots=True)
class JobView:
    """created, changed: seconds since the epoch. spent: seconds that it has searched. events: how
    many lines its trace has on disk. voids: how often later events of its trace became void. ahead:
    how many jobs get a place before it does, while it is queued. here: whether this daemon runs
    it, and not another one. progress: the latest word of a running job."""

    id: str
    client: str
    state: State
    why: str
    priority: Priority
    path: str
    workspace: str
    function: str
    created: float
    changed: float
    spent: float = 0.0
    attempt: int = 0
    events: int = 0
    voids: int = 0
    ahead: int = 0
    here: bool = True
    settled: Settled | None = None
    result: Ended | None = None
    progress: Progressed | None = None

    @property
    def over(self) -> bool:
        return self.state.over


@dataclass(frozen=True, slots=True)
class Changed:
    """Where the job stands now. The first update of every watch of a job that is not over, and the
    last one of all: what is over comes after all events, and nothing after it."""

    job: JobView


@dataclass(frozen=True, slots=True)
class Told:
    """A line of its trace, as it is on disk; `seq` counts from 0 without gaps."""

    seq: int
    line: str


@dataclass(frozen=True, slots=True)
class Voided:
    """What was told from seq on no longer counts; what counts instead follows. count: how many
    times that has happened to this job."""

    seq: int
    why: str
    count: int


@dataclass(frozen=True, slots=True)
class Moved:
    """The latest progress; what nobody had time to look at is left out."""

    progress: Progressed


@dataclass(frozen=True, slots=True)
class Posed:
    """A question to whoever submitted the job; only whoever watches to answer is told."""

    question: Asking


Update = Changed | Told | Voided | Moved | Posed
