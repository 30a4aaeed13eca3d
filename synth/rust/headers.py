"""The header of one `fn`: its name, parameters, result, clauses, and where its body opens."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.rust.expressions import Scan, angles_end, is_body
from synthd.synth.rust.nesting import Nesting
from synthd.synth.rust.token import Kind
from synthd.synth.rust.words import CLAUSES

_NOT_NAMES = frozenset({"mut", "ref", "tracked", "ghost", "const", "dyn"})


@dataclass(frozen=True, slots=True)
class Clause:
    """Indices of tokens: from the first of its expressions to after the last one, without a
    comma at the end."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """Indices of tokens. body: of the opening brace, None where there is none. end: after the
    last token of the header. returns_value: whether `->` names more than `()`."""

    name: str
    end: int
    body: int | None
    clauses: tuple[Clause, ...]
    parameters: tuple[str, ...]
    result: str
    returns_value: bool


def header(nesting: Nesting, at: int, end: int) -> Header:
    """at: of the word `fn`. end: of the tokens that may belong to it."""
    name = nesting.text(at + 1).removeprefix("r#") if at + 1 < end else ""
    at += 2
    if at < end and nesting.text(at) in ("<", "<<"):
        at = angles_end(nesting, at, end)
    parameters: tuple[str, ...] = ()
    if at < end and nesting.text(at) == "(":
        parameters = _parameters(nesting, at + 1, nesting.closes[at])
        at = nesting.after(at)
    result, returns_value = "", False
    if at < end and nesting.text(at) == "->":
        result = _result_name(nesting, at + 1, end)
        returns_value = not _is_unit(nesting, at + 1, end)
        at = _type_end(nesting, at + 1, end)
    clauses, at = _clauses(nesting, at, end)
    opens = at < end and nesting.text(at) == "{"
    return Header(name, at, at if opens else None, clauses, parameters, result, returns_value)


def _is_unit(nesting: Nesting, at: int, end: int) -> bool:
    return nesting.text(at) == "(" and nesting.closes[at] == at + 1 < end


def _result_name(nesting: Nesting, at: int, end: int) -> str:
    """`(r: T)`, `(tracked r: T)`; a type in brackets has no colon after its first word."""
    if at >= end or nesting.text(at) != "(":
        return ""
    at += 1
    while nesting.text(at) in ("tracked", "ghost", "mut"):
        at += 1
    named = nesting.kind(at) is Kind.WORD and nesting.text(at + 1) == ":"
    return nesting.text(at) if named else ""


def _type_end(nesting: Nesting, at: int, end: int) -> int:
    """To the first clause, `where`, `;` or brace."""
    while at < end:
        text = nesting.text(at)
        kind = nesting.kind(at)
        if text in ("{", ";") or kind is Kind.CLOSE or _starts_function(nesting, at):
            break
        if kind is Kind.WORD and (text in CLAUSES or text in ("where", "by", "with")):
            break
        if text in ("<", "<<"):
            at = angles_end(nesting, at, end)
        else:
            at = nesting.after(at) if kind is Kind.OPEN else at + 1
    return at


def _starts_function(nesting: Nesting, at: int) -> bool:
    """`fn name`: the header before it was left unfinished. A type says `fn(`."""
    return nesting.text(at) == "fn" and nesting.kind(at + 1) is Kind.WORD


def _clauses(nesting: Nesting, at: int, end: int) -> tuple[tuple[Clause, ...], int]:
    found: list[Clause] = []
    while at < end:
        text = nesting.text(at)
        if text == ";" or nesting.kind(at) is Kind.CLOSE or _starts_function(nesting, at):
            break
        if text == "{" and is_body(nesting, at, end):
            break
        if text == "where":
            at = _type_end(nesting, at + 1, end)
        elif text in CLAUSES and nesting.kind(at) is Kind.WORD:
            clause = _clause(nesting, at, end)
            found.append(clause)
            at = max(clause.end, at + 1)
        elif text in ("by", "with"):
            at = expressions_end(nesting, at + 1, end)
        else:  # a comma after a clause, or a mistake: go on to what can be understood
            at = nesting.after(at) if nesting.kind(at) is Kind.OPEN else at + 1
    return tuple(found), at


def _clause(nesting: Nesting, at: int, end: int) -> Clause:
    start = at + 1
    while nesting.text(start) == "#" and nesting.text(start + 1) == "!":  # `ensures #![auto]`
        start = nesting.after(start + 2) if nesting.text(start + 2) == "[" else start + 2
    return Clause(nesting.text(at), at + 1, max(expressions_end(nesting, start, end), at + 1))


def expressions_end(nesting: Nesting, at: int, end: int, *, item: bool = True) -> int:
    """After the last of the expressions that commas separate; a comma at the end is not in it."""
    last = at
    while True:
        stop = Scan(nesting, at, end, item=item).run()
        if stop == at:
            return last
        last = stop
        if stop >= end or nesting.text(stop) != ",":
            return last
        at = stop + 1


def _parameters(nesting: Nesting, at: int, end: int) -> tuple[str, ...]:
    """The names in `mut a: T, Tracked(b): Tracked<T>, (c, d): (T, T), &mut self`."""
    names: list[str] = []
    while at < end:
        at, found = _pattern_names(nesting, at, end)
        names += found
        while at < end and nesting.text(at) != ",":
            if nesting.text(at) in ("<", "<<"):
                at = max(angles_end(nesting, at, end), at + 1)
            else:
                at = nesting.after(at) if nesting.kind(at) is Kind.OPEN else at + 1
        at += 1
    return tuple(names)


def _pattern_names(nesting: Nesting, at: int, end: int) -> tuple[int, list[str]]:
    names: list[str] = []
    while at < end and nesting.text(at) not in (":", ","):
        if nesting.text(at) == "#" and nesting.text(at + 1) == "[":
            at = nesting.after(at + 1)
            continue
        if nesting.kind(at) is Kind.OPEN:
            names += _names_inside(nesting, at + 1, nesting.closes[at])
            at = nesting.after(at)
            continue
        if nesting.kind(at) is Kind.WORD and nesting.text(at) not in _NOT_NAMES:
            if nesting.text(at + 1) not in ("(", "{", "::"):
                names.append(nesting.text(at))
        at += 1
    return at, names


def _names_inside(nesting: Nesting, at: int, end: int) -> list[str]:
    return [
        nesting.text(index)
        for index in range(at, end)
        if nesting.kind(index) is Kind.WORD
        and nesting.text(index) not in _NOT_NAMES
        and nesting.text(index + 1) not in ("(", "{", "::", ":")
    ]
