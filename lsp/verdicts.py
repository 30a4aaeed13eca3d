"""What is asked and known about how functions stand: the values of Engine.verify and Engine.known.

As in synthd.lsp.engine, offsets and columns count code points, lines count from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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


class Standing(StrEnum):
    """Of a function's body. Only VERIFIED is good news."""

    VERIFIED = "verified"
    STALE = "stale"  # it was verified; the function, its checks or the toolchain changed
    FAILED = "failed"
    UNKNOWN = "unknown"  # a time-out, a crash: nothing was found out


@dataclass(frozen=True, slots=True)
class Failing:
    """A check that does not hold. line: of the text, where it is written; None if not in it.
    expected: empty where that is not known, or is part of the check."""

    check: str
    outcome: str  # fail | runtime_error | timeout | ...
    detail: str  # what came instead
    line: int | None = None
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about one function as it stands in a text.

    line: from 0, of its `def` or `fn`. at: seconds since the epoch. why: of stale and unknown.
    """

    function: str
    line: int
    standing: Standing
    grade: str = "unknown"
    passed: int = 0
    total: int = 0
    inputs: int = 0  # generated ones, for the grade tested
    at: float = 0.0
    why: str = ""
    model: str = ""
    strategy: str = ""
    seconds: float = 0.0
    tokens: int = 0
    sandbox: str = ""
    failing: tuple[Failing, ...] = ()
    has_certificate: bool = False


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Verify functions of a buffer as they stand: the one at offset, or all that have checks.

    Of one file the newest question wins, the others end without a verdict. apart: of a text that
    the document does not have (yet): it and questions about the document do not end each other.
    """

    path: str
    text: str
    version: int
    offset: int | None = None
    workspace: str | None = None
    trusted: bool = True
    settings: Mapping[str, object] = field(default_factory=dict)
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Judging:
    """The checks of a function have their turn. line: as in Known."""

    function: str
    line: int


Hear = Callable[[Judging | Known], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """message: why nothing is known, where so. proofs: of a Rust buffer, all that is known."""

    known: tuple[Known, ...] = ()
    message: str = ""
    proofs: Proofs | None = None
