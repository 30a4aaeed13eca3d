"""What is checked, and what was found: the values that go into a judge and come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from synthd.sandbox.level import Level


@dataclass(frozen=True, slots=True)
class Statement:
    """A doctest statement."""

    id: str
    source: str
    want: str
    line: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`call == expected`; not exact: floats within a relative 1e-9."""

    id: str
    call: str
    expected: str
    exact: bool = True
    line: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A pytest-style file."""

    id: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Checks:
    doctests: tuple[Statement, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    files: tuple[File, ...] = ()


class Outcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    COMPILE_ERROR = "compile_error"
    RUNTIME_ERROR = "runtime_error"
    TIMEOUT = "timeout"
    KILLED = "killed"
    RESOURCE_LIMIT = "resource_limit"
    INFRA_ERROR = "infra_error"


@dataclass(frozen=True, slots=True)
class CaseReport:
    id: str
    outcome: Outcome
    input: str = ""
    expected: str = ""
    got: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SpecError:
    """A check that fails by itself, before any candidate is involved."""

    id: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A check that calls the function: a statement, a comparison, or a test function."""

    id: str
    input: str = ""


@dataclass(frozen=True, slots=True)
class SpecReport:
    """module_error: the user's module cannot be imported, so nothing can be judged."""

    units: tuple[Unit, ...] = ()
    errors: tuple[SpecError, ...] = ()
    module_error: SpecError | None = None


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """complete: every declared check ran to its end, so that its cases are all there are."""

    cases: tuple[CaseReport, ...]
    complete: bool
    isolation: Level
    seconds: float
    error: str = ""  # ours or the environment's
