"""Vacuity probes: does the proof hold only because nothing ever gets there?

Each probe is the program with `assert(false)` at some places, as a run of Verus of its own. Where
such an assertion fails, the place can be reached as far as Verus knows, which is how it should be.
Where the function is verified all the same, the place is never reached, and what was proved there
says nothing. A probe that fails for any other reason shows neither, and is recorded so.

Treefinement's authors insert by lines of text; here places are found by tokens, and a place that
honest programs may never reach (after a search that always finds) is not held against them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.splice import replace_body
from synthd.synth.verifiers.verus.gate.body import Code, code
from synthd.synth.verifiers.verus.gate.loops import Loop, exits, loops
from synthd.synth.verifiers.verus.placing import Edit, Marked, applied
from synthd.synth.verifiers.verus.report import Kind, Level, ProofVerdict, Status, VerusReport
from synthd.synth.verifiers.verus.results import result_type
from synthd.synth.verifiers.verus.statements import Statement, statements, tail

FALSE = "assert(false);"


class Aim(StrEnum):
    ENTRY = "entry"  # nothing gets in: the preconditions contradict each other
    EXIT = "exit"  # nothing gets out: no path ends
    LOOP_END = "loop"  # nothing comes after this loop
    LOOP_START = "loop-start"  # nothing comes to this loop: then it is no wonder
    EMPTY = "empty"  # a body of nothing does, too: the postconditions say nothing


class Found(StrEnum):
    SOUND = "sound"
    VACUOUS = "vacuous"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Probe:
    """line: in the program that is probed. marked: the program to run, and the places of its
    assertions; none for an empty body."""

    aim: Aim
    line: int
    marked: Marked


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of one probe. report: of its run, the evidence."""

    probe: Probe
    found: Found
    report: VerusReport

    def __str__(self) -> str:
        where = f" of the loop in line {self.probe.line}" if "loop" in self.probe.aim else ""
        return f"probe {self.probe.aim.value}{where}: {self.found.value}"


def read(probe: Probe, report: VerusReport, path: str) -> Probed:
    """path: of the function that is probed."""
    return Probed(probe, _found(probe, report, path), report)


def entry(text: str, function: RustFunction) -> Probe:
    """Of the contract alone: the body does nothing but ask."""
    escape = "vstd::pervasive::unreached()" if function.mode is Mode.EXEC else "proof_from_false()"
    if function.mode is Mode.PROOF:
        escape = f"vstd::pervasive::{escape}"
    rest = f" {escape}" if result_type(text, function) is not None else ""
    program = replace_body(text, function, f"{{ {FALSE}{rest} }}")
    offset = program.index(FALSE, function.header.end)
    return Probe(Aim.ENTRY, function.line, Marked.of(program, (offset,)))


def entry_of(text: str, function: RustFunction) -> Probe:
    """The same with the body as it is, which type-checks where the other does not."""
    assert function.body is not None
    at = function.body.start + 1
    return Probe(Aim.ENTRY, function.line, applied(text, (Edit(at, at, f" {FALSE} "),), FALSE))


def empty(text: str, function: RustFunction) -> Probe | None:
    """Only where `{}` is of the right type, and something was to be computed."""
    exec_mode = function.mode is Mode.EXEC and function.ensures is not None
    if not exec_mode or result_type(text, function) is not None:
        return None
    return Probe(Aim.EMPTY, function.line, Marked.of(replace_body(text, function, "{}"), ()))


def ends(text: str, function: RustFunction) -> tuple[Probe, ...]:
    """Assertions at all the ways out. The first of them that type-checks decides: after the
    result is computed, which also sees a call that never returns; else before. None where there
    is no way out that could be marked, and where the type says so."""
    if result_type(text, function) == "!":
        return ()
    after = _end(text, function, named=True)
    before = _end(text, function, named=False)
    both = (after,) if after.marked.program == before.marked.program else (after, before)
    return tuple(probe for probe in both if probe.marked.places)


def loop_ends(text: str, function: RustFunction) -> tuple[tuple[Probe, Probe], ...]:
    """For each loop that can only be left at its end: after it, and before it."""
    body, start = _body(text, function)
    every = loops(body)
    pairs = []
    for loop in every:
        if "return" in exits(body, loop, every) or not _stands_alone(body, loop):
            continue
        first = _first(body, loop)
        line = body.line(loop.at)
        after = start + body.tokens[loop.closed].end
        before = start + body.tokens[first].start
        pairs.append(
            (
                Probe(Aim.LOOP_END, line, _marked(text, after, f" {FALSE}")),
                Probe(Aim.LOOP_START, line, _marked(text, before, f"{FALSE} ")),
            )
        )
    return tuple(pairs)


def _marked(text: str, at: int, inserted: str) -> Marked:
    return applied(text, (Edit(at, at, inserted),), FALSE)


def _found(probe: Probe, report: VerusReport, path: str) -> Found:
    if _fails_where_marked(probe.marked, report):
        return Found.SOUND
    status = next((one.status for one in report.functions if one.path == path), Status.UNKNOWN)
    if status is Status.VERIFIED or report.verdict is ProofVerdict.PROVED:
        return Found.VACUOUS
    refused = [one for one in report.diagnostics if one.level is Level.ERROR]
    if probe.aim is Aim.EMPTY and any(one.kind is Kind.POSTCONDITION for one in refused):
        return Found.SOUND
    return Found.INCONCLUSIVE


def _fails_where_marked(marked: Marked, report: VerusReport) -> bool:
    return any(
        place.primary and place.ours and marked.holds(place.line, place.column)
        for diagnostic in report.diagnostics
        if diagnostic.level is Level.ERROR and diagnostic.kind is Kind.ASSERTION
        for place in diagnostic.places
    )


def _body(text: str, function: RustFunction) -> tuple[Code, int]:
    assert function.body is not None
    line = text.count("\n", 0, function.body.start) + 1
    return code(function.body.of(text), line), function.body.start


def _end(text: str, function: RustFunction, *, named: bool) -> Probe:
    body, start = _body(text, function)
    edits = [*_returns(body, start)]
    result = result_type(text, function)
    last = tail(body)
    if result is None:
        edits.append(_at_the_end(body, start, last))
    elif last is not None and body.name(last.begins) != "return":
        edits.extend(_around(body, start, last, result, named=named))
    return Probe(Aim.EXIT, function.line, applied(text, tuple(edits), FALSE))


def _at_the_end(body: Code, start: int, last: Statement | None) -> Edit:
    at = start + body.tokens[-1].start
    closing = "" if last is None or last.block else "; "
    return Edit(at, at, f" {closing}{FALSE} ")


def _around(body: Code, start: int, last: Statement, result: str, *, named: bool) -> list[Edit]:
    """`let r: T = …; assert(false); r`, or the assertion before."""
    begin = start + body.tokens[last.start].start
    end = start + body.tokens[last.end - 1].end
    if not named:
        return [Edit(begin, begin, f"{FALSE} ")]
    annotated = f": {result}" if "impl" not in result.split() else ""
    return [
        Edit(begin, begin, f"let probed_result{annotated} = "),
        Edit(end, end, f"; {FALSE} probed_result"),
    ]


def _returns(body: Code, start: int) -> list[Edit]:
    """`return x` becomes `{ assert(false); return x }`, which may stand wherever it stood."""
    edits = []
    for at, name in body.words():
        if name != "return" or _elsewhere(body, at):
            continue
        end = at
        while body.name(end + 1) not in (";", ",", "}", ")", "]", ""):
            end = max(end + 1, body.partner[end + 1])
        begin, over = start + body.tokens[at].start, start + body.tokens[end].end
        edits += [Edit(begin, begin, f"{{ {FALSE} "), Edit(over, over, " }")]
    return edits


def _elsewhere(body: Code, at: int) -> bool:
    """Whether it belongs to a closure or a nested function."""
    for opened in range(at):
        if body.name(opened) == "{" and body.partner[opened] > at:
            if body.name(opened - 1) in ("|", "||"):
                return True
            if _heads_function(body, opened):
                return True
    return False


def _heads_function(body: Code, opened: int) -> bool:
    at = opened - 1
    while at > 0 and body.name(at) not in (";", "{", "}"):
        if body.name(at) == "fn" and body.is_word(at + 1):
            return True
        at -= 1
    return False


def _first(body: Code, loop: Loop) -> int:
    """Its first token, attributes included."""
    return next((one.start for one in statements(body) if one.begins == loop.at), loop.start)


def _stands_alone(body: Code, loop: Loop) -> bool:
    """Whether it is a statement, so that another one may follow and precede it."""
    before = body.name(loop.start - 1)
    after = body.name(loop.closed + 1)
    valued = loop.word == "loop" and after == "}" and loop.closed + 2 == len(body)
    return before in (";", "{", "}") and after not in (".", "?") and not valued
