"""What a worker and the daemon say to each other: one JSON object a line.

The daemon speaks first (Start). A worker cancels its job when it hears Cancel, and leaves at once
when its input ends. What it says is believed only once it was read as one of these; a worker runs
no generated code itself, its sandboxes do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from synthd.daemon.jobs.spec import Spec, Wire

# ---------------------------------------------------------------- the daemon's


class LastRight(Wire):
    """A file of settings that is wrong now, and what it said when it was right last."""

    path: str
    values: Mapping[str, object] = Field(repr=False)
    problem: str


class Start(Wire):
    """folder: the job's own, where completions and the order of steps are kept. environment: the
    whole one, with secrets; never written anywhere. spent: seconds that it has searched before.
    settings: what an earlier attempt of the same job settled on, which then counts."""

    say: Literal["start"] = "start"
    job: str
    folder: str
    attempt: int
    spec: Spec
    environment: Mapping[str, str] = Field(repr=False)
    spent: float = 0.0
    settings: Mapping[str, object] | None = None
    files: tuple[LastRight, ...] = ()


class Granted(Wire):
    """A slot of the model for one call, until Release. address and key: of an embedded engine."""

    say: Literal["granted"] = "granted"
    lease: int
    address: str = ""
    key: str = Field(default="", repr=False)


class Refused(Wire):
    """There will be no slot: why, for the user."""

    say: Literal["refused"] = "refused"
    lease: int
    why: str


class Cancel(Wire):
    say: Literal["cancel"] = "cancel"


class Answered(Wire):
    """What the user says to the question of this number; None: it stays open."""

    say: Literal["answered"] = "answered"
    number: int
    value: str | None = Field(default=None, repr=False)


class Prune(Wire):
    """Nothing more is to be made of the program of this node."""

    say: Literal["prune"] = "prune"
    node: str


# ---------------------------------------------------------------- the worker's


class Settled(Wire):
    """Before the search: what it runs with. slots: calls that the model takes at once. weights:
    the path of an embedded model's, which the daemon starts an engine for; else empty."""

    say: Literal["settled"] = "settled"
    function: str
    model: str
    endpoint: str
    identity: str
    slots: int
    weights: str = ""
    strategy: str
    sandbox: str
    programs: int
    seconds: float
    tokens: int
    settings: Mapping[str, object]


class Acquire(Wire):
    """A slot, please, for one call of the model."""

    say: Literal["acquire"] = "acquire"
    lease: int


class Release(Wire):
    """broken: the engine that was granted did not answer any more, and how it looked."""

    say: Literal["release"] = "release"
    lease: int
    broken: str = ""


class Happened(Wire):
    """One line of the trace (synth/trace/encode.py). seq counts from 0 in every attempt; an attempt
    that goes on from an earlier one says the same things again, under the same numbers."""

    say: Literal["happened"] = "happened"
    seq: int
    line: str


class Diverged(Wire):
    """From here on this attempt goes another way: later events of earlier attempts are void."""

    say: Literal["diverged"] = "diverged"
    seq: int
    why: str


class Progressed(Wire):
    """Not kept: for whoever watches now."""

    say: Literal["progressed"] = "progressed"
    message: str
    fraction: float | None = None
    programs: int = 0
    tokens: int = 0
    best: float = 0.0
    seconds: float = 0.0
    passed: int = 0  # checks, of the best program
    total: int = 0


class Choice(Wire):
    """label: what the user sees. value: the answer that it stands for."""

    label: str
    value: str


class Asking(Wire):
    """A question to whoever submitted the job; its search waits for Answered. Asked again by a
    later attempt, unless there was an answer."""

    say: Literal["asking"] = "asking"
    number: int
    text: str = Field(repr=False)
    call: str = Field(repr=False)
    choices: tuple[Choice, ...] = Field(repr=False)


class Ended(Wire):
    """status, grade: as in `synthd synth --json`, whose object `report` is. replacement: start, end
    (code points of Spec.text) and the new text, where verified. partial: the same of the best
    program of a search that found none that passes, with a comment that says so. code: the whole
    function."""

    say: Literal["ended"] = "ended"
    status: Literal["verified", "unsolved", "undecided", "error"]
    grade: str
    message: str
    function: str = ""
    replacement: tuple[int, int, str] | None = None
    code: str = ""
    report: Mapping[str, object] | None = None
    partial: tuple[int, int, str] | None = None


class Stopped(Wire):
    """It cannot go on now, and could later, with what it has: why, and what to do."""

    say: Literal["stopped"] = "stopped"
    why: str


class Gone(Wire):
    """Cancelled, as asked; nothing of it runs any more."""

    say: Literal["gone"] = "gone"


ToWorker = Annotated[
    Start | Granted | Refused | Cancel | Answered | Prune, Field(discriminator="say")
]
FromWorker = Annotated[
    Settled
    | Acquire
    | Release
    | Happened
    | Diverged
    | Progressed
    | Asking
    | Ended
    | Stopped
    | Gone,
    Field(discriminator="say"),
]
TO_WORKER: TypeAdapter[ToWorker] = TypeAdapter(ToWorker)
FROM_WORKER: TypeAdapter[FromWorker] = TypeAdapter(FromWorker)


def line(message: ToWorker | FromWorker) -> bytes:
    return message.model_dump_json(by_alias=True).encode() + b"\n"
