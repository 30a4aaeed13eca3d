"""What a run of Verus established, function by function. What editors and reports show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProofVerdict(StrEnum):
    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"  # time, resource limit, crash, killed, nothing to prove


class Kind(StrEnum):
    """What a diagnostic is about."""

    PRECONDITION = "precondition"
    POSTCONDITION = "postcondition"
    INVARIANT_ENTRY = "invariant_entry"  # not satisfied before the loop
    INVARIANT_END = "invariant_end"  # not kept by the loop's body
    ASSERTION = "assertion"
    OVERFLOW = "overflow"
    TERMINATION = "termination"  # decreases missing, or not satisfied
    MODE = "mode"
    BORROW = "borrow"
    TYPE = "type"
    SYNTAX = "syntax"
    RESOURCE_LIMIT = "resource_limit"
    UNSUPPORTED = "unsupported"
    OTHER = "other"


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """Lines and columns are 1-based, columns in characters. file: as Verus names it; the program
    itself where ours. label: what Verus says about this place."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    primary: bool
    label: str = ""
    text: str = ""
    ours: bool = True  # False: in Verus' own library


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """function: the path of the function that it is about, "" where it is about none."""

    kind: Kind
    level: Level
    message: str
    places: tuple[Place, ...] = ()
    help: tuple[str, ...] = ()
    function: str = ""
    code: str = ""  # rustc's: E0308


class Status(StrEnum):
    """About one function. Absence of an error alone is UNKNOWN."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FunctionResult:
    path: str
    line: int  # 1-based, of its `fn`
    status: Status
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class VerusReport:
    """verified and errors are Verus' own counts. functions: all with something to verify, in the
    file's order. complete: each verified one could be named. limited: Verus said that there may be
    more errors. crash: the end of a backtrace. document: the version of an editor's buffer."""

    verdict: ProofVerdict
    reason: str = ""  # of UNKNOWN and REFUTED, one sentence for people
    verified: int = 0
    errors: int = 0
    functions: tuple[FunctionResult, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    complete: bool = False
    limited: bool = False
    crash: str = ""
    version: str = ""
    isolation: str = ""
    seconds: float = 0.0
    cached: bool = False
    document: int | None = None
