"""Which function each diagnostic is about, and what follows for every function by name.

Verus counts queries, not functions, and names no function in its errors: their places do. That a
function has no error proves nothing about it, unless every error could be given to some function
and Verus went through the whole program.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from synthd.synth.rust.errors import RustSourceError
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import functions
from synthd.synth.rust.lexer import meaningful
from synthd.synth.verifiers.verus.output import Checked, Summary
from synthd.synth.verifiers.verus.report import (
    Diagnostic,
    FunctionResult,
    Kind,
    Level,
    Place,
    Status,
)

_EXITS = ("at the end of the function body", "at this exit")
_CLAUSES = ("failed this postcondition", "failed precondition", "recommendation not met")
# Behind which of them the fault really lies, nobody can say: rustc guesses from the indentation.
_NESTING = ("delimiter", "unexpected end of input")


@dataclass(frozen=True, slots=True)
class SourceFunction:
    """A function of one of the program's files. path: with the file's module."""

    file: str
    path: str
    found: RustFunction
    external: bool


class Source:
    """One file's functions, to be found by a diagnostic's lines and columns."""

    def __init__(self, name: str, text: str, module: str = "") -> None:
        self._text = text
        self._starts = [0]
        while (after := text.find("\n", self._starts[-1])) >= 0:
            self._starts.append(after + 1)
        try:
            found = functions(text)
        except RustSourceError:
            found = ()
        prefix = f"{module}::" if module else ""
        self.functions = tuple(
            SourceFunction(name, prefix + one.path, one, _is_external(one, text)) for one in found
        )

    def at(self, line: int, column: int) -> SourceFunction | None:
        """The innermost one around a place."""
        place = self._offset(line, column)
        around = [
            one
            for one in self.functions
            if one.found.whole.start <= place < max(one.found.whole.end, one.found.whole.start + 1)
        ]
        return max(around, key=lambda one: one.found.whole.start, default=None)

    def line_of(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def _offset(self, line: int, column: int) -> int:
        if not 1 <= line <= len(self._starts):
            return len(self._text)
        first = 1 if line == 1 and self._text.startswith("\ufeff") else 0  # rustc does not count it
        return self._starts[line - 1] + column - 1 + first


@dataclass(frozen=True, slots=True)
class Attribution:
    """complete: each function that Verus verified is named."""

    diagnostics: tuple[Diagnostic, ...]
    functions: tuple[FunctionResult, ...]
    complete: bool


def attribute(
    sources: Mapping[str, Source],
    diagnostics: Iterable[Diagnostic],
    summaries: tuple[Summary, ...],
    *,
    whole: bool,
    only: str = "",
) -> Attribution:
    """whole: the solver was asked about everything that it was to be asked about."""
    given = [_given(one, sources) for one in diagnostics]
    of_function: dict[tuple[str, str], list[Diagnostic]] = defaultdict(list)
    for one, owner in given:
        if owner is not None:
            of_function[owner.file, owner.path].append(one)
    errors = [(one, owner) for one, owner in given if one.level is Level.ERROR]
    asked = _Asked.of(summaries)
    complete = whole and all(owner is not None for _, owner in errors)
    complete = complete and sum(each.results.errors or 0 for each in summaries) <= len(errors)
    found = []
    for source in sources.values():
        for function in source.functions:
            said = tuple(of_function.get((function.file, function.path), ()))
            wanted = asked.about(function) and (not only or function.path == only)
            if wanted or _failed(said):
                found.append((function, said))
    complete = complete and asked.agrees({one.path: _failed(said) for one, said in found})
    # Each of them took at least one query.
    unharmed = sum(not _failed(said) for _, said in found)
    complete = complete and unharmed <= sum(each.results.verified or 0 for each in summaries)
    results = tuple(
        FunctionResult(one.path, one.found.line, _status(said, complete), said)
        for one, said in found
    )
    return Attribution(tuple(one for one, _ in given), results, complete)


def _status(said: tuple[Diagnostic, ...], complete: bool) -> Status:
    errors = [one.kind for one in said if one.level is Level.ERROR]
    if any(kind is not Kind.RESOURCE_LIMIT for kind in errors):
        return Status.FAILED
    return Status.VERIFIED if complete and not errors else Status.UNKNOWN


def _failed(said: tuple[Diagnostic, ...]) -> bool:
    return any(one.level is Level.ERROR for one in said)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What Verus says it knows (details) or asked the solver about (breakdown), by last names."""

    details: frozenset[str]
    breakdown: Mapping[str, tuple[Checked, ...]]

    @classmethod
    def of(cls, summaries: tuple[Summary, ...]) -> _Asked:
        listed: dict[str, list[Checked]] = defaultdict(list)
        for summary in summaries:
            for one in summary.breakdown:
                listed[_last(one.function)].append(one)
        named = frozenset(_last(name) for summary in summaries for name in summary.details)
        return cls(named, {name: tuple(ones) for name, ones in listed.items()})

    def about(self, function: SourceFunction) -> bool:
        """Whether it has something to verify."""
        found = function.found
        if found.body is None or function.external:
            return False
        if self.breakdown:
            return found.name in self.breakdown
        if self.details and found.name not in self.details:
            return False
        return found.mode is not Mode.SPEC or found.decreases is not None

    def agrees(self, failed: Mapping[str, bool]) -> bool:
        """Whether those that failed by their errors' places are those that Verus counts so."""
        by_name: dict[str, list[bool]] = defaultdict(list)
        for path, has_failed in failed.items():
            by_name[_last(path)].append(has_failed)
        return all(
            sum(not one.success for one in ones) == sum(by_name.get(name, ()))
            for name, ones in self.breakdown.items()
        )


def _given(
    one: Diagnostic, sources: Mapping[str, Source]
) -> tuple[Diagnostic, SourceFunction | None]:
    if one.kind is Kind.SYNTAX and any(word in one.message for word in _NESTING):
        return one, None
    for place in _telling(one):
        owner = sources[place.file].at(place.line, place.column)
        if owner is not None:
            return replace(one, function=owner.path), owner
    return one, None


def _telling(one: Diagnostic) -> list[Place]:
    """The places in the program, those in the failing function first.

    A postcondition may stand in a trait, a precondition in the function that is called.
    """
    ours = [place for place in one.places if place.ours]
    exits: list[Callable[[Place], bool]] = [
        lambda place: place.label.startswith(_EXITS),
        lambda place: place.primary,
        lambda place: place.label not in _CLAUSES,
    ]
    return [place for wanted in exits for place in ours if wanted(place)]


def _is_external(function: RustFunction, text: str) -> bool:
    """Verus takes its word for it. Such a function is trusted, not verified."""
    words = {token.text for span in function.attributes for token in meaningful(span.of(text))}
    return any(word == "external" or word.startswith("external_") for word in words)


def _last(name: str) -> str:
    return name.rsplit("::", 1)[-1]
