"""What the language server needs of whoever runs searches. The daemon implements it.

The consumer owns this interface: plain values, no LSP types, no process, no socket. Offsets and
columns count code points, lines count from 0.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from synthd.lsp.verdicts import Hear, Inquiry, Known, Proofs, Verified


class Wish(StrEnum):
    """What is asked for of a function."""

    BODY = "body"  # write it anew
    REPAIR = "repair"  # begin from the body that stands there
    PROOF = "proof"  # Rust: keep the code, write or repair what proves it
    INVARIANT = "invariant"  # Rust: only what is missing in its loops


@dataclass(frozen=True, slots=True)
class Request:
    """Synthesize the function at an offset of a text that the editor holds.

    text is the whole buffer as the editor has it (which may differ from the file on disk).
    trusted is False where the editor says that the workspace is not trusted: then the engine must
    refuse. settings: what the editor's own config says, as it came: to be checked by the engine;
    strategy and model, where not empty, count more. version: the document's.
    """

    path: str
    text: str
    offset: int
    workspace: str | None = None
    trusted: bool = True
    settings: Mapping[str, object] = field(default_factory=dict)
    strategy: str = ""
    model: str = ""
    wish: Wish = Wish.BODY
    version: int = 0


@dataclass(frozen=True, slots=True)
class Replacement:
    """Replace text[start:end] of Request.text by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """message: one line for a progress bar. fraction: of the budget, 0 to 1, or None. job: by which
    `synthd jobs` knows it. passed, total: checks of the best program so far."""

    message: str
    fraction: float | None = None
    job: str = ""
    function: str = ""
    strategy: str = ""
    model: str = ""
    endpoint: str = ""
    programs: int = 0
    max_programs: int = 0
    passed: int = 0
    total: int = 0
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """label: what the user sees. value: what `ask` returns for it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """Programs that pass all checks disagree about a call. The answer is one of the values, or any
    other Python expression that the call should return."""

    text: str
    call: str
    choices: tuple[Choice, ...]


Tell = Callable[[Progress], None]
Ask = Callable[[Question], Awaitable[str | None]]  # None: it stays open


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a job: `status` and `grade` as in `synthd synth --json`.

    replacement is None unless status is "verified"; with a clarifying question answered it covers
    the docstring, too. message is one sentence for the user. code is the whole function as it
    would stand in the file, also when unsolved (best partial); partial puts that into the text.
    job: as in Progress.
    """

    status: str  # verified | unsolved | undecided | error | cancelled
    grade: str
    message: str
    function: str = ""
    replacement: Replacement | None = None
    code: str = ""
    report: dict[str, object] | None = None  # the same object that --json prints
    partial: Replacement | None = None
    job: str = ""


@runtime_checkable
class ProofEngine(Protocol):
    async def verify_rust(
        self,
        path: str,
        text: str,
        version: int,
        *,
        trusted: bool = True,
        workspace: str | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> Proofs | None:
        """Verify a buffer as it stands; version: the document's, which the answer carries.
        workspace, settings: as in Inquiry.

        None where a newer version of the same buffer was given meanwhile: that call has ended
        Verus for this one. Cancelling the task ends Verus before it returns. Never raises for what
        a user can cause: that is Proofs with a message.
        """
        ...


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a job would run with. endpoint: where the model runs, in words. expected: seconds that
    like jobs took, or None; jobs: of how many that is the median. problem: why none can start."""

    model: str
    endpoint: str
    strategy: str
    programs: int
    seconds: float
    tokens: int
    expected: float | None = None
    jobs: int = 0
    sandbox: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A model or strategy to pick. note: where it runs, how large it is, what it does."""

    name: str
    note: str = ""
    ready: bool = True


@dataclass(frozen=True, slots=True)
class Options:
    models: tuple[Option, ...] = ()
    strategies: tuple[Option, ...] = ()
    model: str = ""  # the current ones
    strategy: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One program of a search, or one completion without one (score None).

    parent: None for drafts. state: "pruned" where the user has cut it off. error: its first line.
    """

    id: str
    parent: str | None
    purpose: str
    score: float | None
    verdict: str = ""
    passed: int = 0
    total: int = 0
    tokens: int = 0
    seconds: float = 0.0
    error: str = ""
    code: str = ""
    state: str = ""


class Engine(Protocol):
    """Engines inherit from this; what they do not do themselves they say that nothing is known."""

    async def synthesize(self, request: Request, tell: Tell, ask: Ask | None = None) -> Result:
        """Run one search to its end. Cancelling the task stops model and sandbox before it returns.

        ask: where None, nobody can be asked. Never raises for what a user can cause: that is a
        Result with status "error".
        """
        ...

    def leave(self) -> bool:
        """The editor is going, and the tasks of its searches will be cancelled next. True where
        the searches go on without it."""
        ...

    async def close(self) -> None:
        """Stop everything that runs; nothing is left behind."""
        ...

    async def verify(self, inquiry: Inquiry, hear: Hear | None = None) -> Verified:
        """Run the checks that the text itself has for its functions (Rust: prove them). Cancelling
        the task stops the sandbox before it returns. Never raises for what a user can cause.

        hear: told on the loop when a function's turn comes, and of each verdict as soon as it is
        there (of Rust nothing: Verus judges the whole file at once). The answer has all of them.
        """
        return Verified(message="this engine only searches")

    async def known(self, path: str, text: str) -> Sequence[Known]:
        """From certificates, without running anything: verified or stale."""
        return ()

    async def record(self, path: str, text: str, report: Mapping[str, object]) -> None:
        """An edit has landed: text is the buffer with it. Keep its certificate."""
        return

    def subscribe(self, changed: Callable[[str], None]) -> Callable[[], None]:
        """changed(path): what is known about a file may have changed. Returns what ends it."""
        return lambda: None

    async def certificate(self, path: str, function: str, text: str | None = None) -> str:
        """As Markdown; empty where there is none. text: what it is compared with, else the file."""
        return ""

    async def forecast(self, request: Request) -> Forecast | None:
        """Quick: no model is started for it."""
        return None

    async def options(self, request: Request) -> Options:
        return Options()

    async def choose(self, model: str, strategy: str) -> None:
        """What was picked counts for later jobs of this user's editors that name nothing else."""
        return

    async def search(self, job: str) -> Sequence[Node]:
        """The programs of a search so far, in the order of their coming."""
        return ()

    def watch(self, job: str) -> AsyncGenerator[Sequence[Node], None]:
        """The same again whenever there is more, at most eight times a second, to its end."""
        return _nothing()

    async def report(self, job: str) -> str:
        """The search tree as Markdown."""
        return ""

    async def prune(self, job: str, node: str) -> bool:
        """Nothing more is made of this program. False where it is too late, or cannot be."""
        return False


async def _nothing() -> AsyncGenerator[Sequence[Node], None]:
    return
    yield ()
