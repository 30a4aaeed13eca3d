"""Whole programs and their tests: what goes into a pool of judges, and what comes out.

A program stands alone: no file of the user's, no project around it. Benchmarks consist of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from synthd.sandbox.checks import CaseReport, Outcome
from synthd.sandbox.level import Level

# Says what is wrong with a value, "" if nothing: (arguments, value) -> reason. Runs outside.
Checker = Callable[[tuple[object, ...], object], str]


class Language(StrEnum):
    PYTHON = "python"
    CPP = "cpp"
    RUST = "rust"


@dataclass(frozen=True, slots=True)
class CodeTests:
    """Python that calls the program's functions: `check(candidate)`, or asserts.

    head: the part of the program that the benchmark wrote (imports, helpers, classes); the tests
    use that one, whatever the candidate makes of it. check: the function of text that gets the
    entry point as its argument; without it the asserts are text's own statements.
    setup: run before text, after head. Classes and functions that text or setup name and nobody
    defines are the program's: their instances stay in its process, and are used from here.
    """

    entry: str
    text: str
    head: str = ""
    check: str = ""
    setup: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One call and what it should give. Values, not text."""

    args: tuple[object, ...]
    expected: object = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How a value is compared with the expected one; see inside/rules.py for the names."""

    name: str = "equal"
    absolute: float = 0.0
    relative: float = 0.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Calls of one function. reference: a program that computes what is expected from every
    row's arguments, in a sandbox of its own kind; then the rows' own `expected` is not used.
    checker: decides instead of the rule, for problems with several right answers. seconds: CPU time
    that right programs are known to need for all rows, where limits must not be stricter."""

    entry: str
    rows: tuple[Row, ...]
    rule: Rule = Rule()
    reference: str = ""
    checker: Checker | None = None
    head: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the program reads on its standard input, and what it should print."""

    given: str
    expected: str


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Runs of the whole program. Output is compared line by line, without trailing blanks.
    checker: decides instead, from ((what was given,), what was printed)."""

    rows: tuple[Exchange, ...]
    rule: Rule = Rule()
    checker: Checker | None = None


@dataclass(frozen=True, slots=True)
class MainTests:
    """C++ or Rust that is compiled together with the program and checks it: a `main` with
    asserts, or functions marked #[test]. Runs in the candidate's process; the report says so."""

    text: str
    flags: tuple[str, ...] = ()


Tests = CodeTests | Rows | Exchanges | MainTests


@dataclass(frozen=True, slots=True)
class Program:
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class ProgramReport:
    """executed and passed count checks; declared is how many there must be at least.

    in_process: the tests ran in the candidate's own process, where a cheat could reach them.
    cases: the first of those that did not pass, with what was given, expected and got.
    """

    cases: tuple[CaseReport, ...]
    executed: int
    passed: int
    declared: int
    isolation: Level
    seconds: float
    cpu_seconds: float = 0.0
    error: str = ""  # ours or the environment's: there is no verdict
    in_process: bool = False
    letters: str = ""  # one for each executed check, in order; "." is a pass (inside/tally.py)

    @property
    def accepted(self) -> bool:
        """Something ran, all of it ran, and all of it passed."""
        every = all(case.outcome is Outcome.PASS for case in self.cases)
        enough = self.executed >= self.declared and self.executed > 0
        return not self.error and every and enough and self.passed == self.executed

    @property
    def outcome(self) -> Outcome:
        """One word for all of it: that of the first case that did not pass."""
        if self.error:
            return Outcome.INFRA_ERROR
        for case in self.cases:
            if case.outcome is not Outcome.PASS:
                return case.outcome
        return Outcome.PASS if self.accepted else Outcome.INFRA_ERROR
