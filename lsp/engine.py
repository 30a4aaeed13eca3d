"""What the language server needs of whoever runs searches. The daemon implements it.

The consumer owns this interface: plain values, no LSP types, no process, no socket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """Synthesize the function at an offset of a text that the editor holds.

    text is the whole buffer as the editor has it (which may differ from the file on disk).
    offset counts code points of text. trusted is False where the editor says that the
    workspace is not trusted: then the engine must refuse. settings: what the editor's own config
    says, as it came: to be checked by the engine.
    """

    path: str
    text: str
    offset: int
    workspace: str | None = None
    trusted: bool = True
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Replace text[start:end] (code points of Request.text) by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """One line for a progress bar. fraction is of the budget, 0 to 1, or None."""

    message: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a job: `status` and `grade` as in `synthd synth --json`.

    replacement is None unless status is "verified". message is one sentence for the user.
    code is the whole function as it would stand in the file, also when unsolved (best partial).
    """

    status: str  # verified | unsolved | undecided | error | cancelled
    grade: str
    message: str
    function: str = ""
    replacement: Replacement | None = None
    code: str = ""
    report: dict[str, object] | None = None  # the same object that --json prints


@dataclass(frozen=True, slots=True)
class Range:
    """Of a text: lines and columns count from 0, columns in code points, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class ProofNote:
    """What a prover says about one place. range is None where that is not in the buffer."""

    message: str
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class ProofDiagnostic:
    """kind: precondition, postcondition, invariant_end, overflow, …; severity: error, warning or
    note. range: where to show it. notes: the other places that it is about, and what helps."""

    kind: str
    severity: str
    message: str
    range: Range | None = None
    notes: tuple[ProofNote, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionProof:
    """line: from 0, of its `fn`, for a lens. message: one sentence, for a hover. Only `proved` is
    good news: that nothing is said against a function is `unknown`."""

    name: str
    line: int
    status: str  # proved | refuted | unknown | stub
    message: str
    labels: tuple[str, ...] = ()
    diagnostics: tuple[ProofDiagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Proofs:
    """What is known about a Rust buffer in this version of it, function by function.

    diagnostics: those that are about no function. message: why nothing is known, where so.
    """

    path: str
    version: int
    functions: tuple[FunctionProof, ...] = ()
    diagnostics: tuple[ProofDiagnostic, ...] = ()
    message: str = ""


class ProofEngine(Protocol):
    async def verify_rust(
        self, path: str, text: str, version: int, *, trusted: bool = True
    ) -> Proofs | None:
        """Verify a buffer as it stands; version: the document's, which the answer carries.

        None where a newer version of the same buffer was given meanwhile: that call has ended
        Verus for this one. Cancelling the task ends Verus before it returns. Never raises for what
        a user can cause: that is Proofs with a message.
        """
        ...


class Engine(Protocol):
    async def synthesize(self, request: Request, tell: Callable[[Progress], None]) -> Result:
        """Run one search to its end. Cancelling the task stops model and sandbox before it returns.

        Never raises for what a user can cause: that is a Result with status "error".
        """
        ...

    def leave(self) -> bool:
        """The editor is going, and the tasks of its searches will be cancelled next. True where
        the searches go on without it."""
        ...

    async def close(self) -> None:
        """Stop everything that runs; nothing is left behind."""
        ...
