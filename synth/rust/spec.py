"""Whether a solution still solves the task: the same contracts, spec functions and types.

A solution may add proofs: lemmas, spec functions of its own, imports of Verus' library, triggers,
and attributes that only guide the solver. It may not touch what the task promises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.rust.difference import Difference, named
from synthd.synth.rust.function import Mode
from synthd.synth.rust.functions import RustFile, mode_of
from synthd.synth.rust.items import Item, Sort
from synthd.synth.rust.nesting import Nesting
from synthd.synth.rust.normal import is_proof_attribute, is_proof_import, normal


@dataclass(frozen=True, slots=True)
class _Promise:
    """What must stay of one item. tokens: indices. key: the same in task and solution. ghost: a
    solution may add it."""

    key: str
    tokens: tuple[int, ...]
    where: str
    ghost: bool


def spec_changed(task: str, solution: str) -> Difference | None:
    """The first difference between the task's promises and the solution's."""
    before, after = RustFile.read(task), RustFile.read(solution)
    given = list(_promises(after))
    left = {promise.key: promise for promise in given}
    for promise in _promises(before):
        other = left.pop(promise.key, None)
        if other is None:
            line = after.lines.line(len(solution))
            return Difference(line, _text(before, promise), "", promise.where)
        if found := _first(before, promise, after, other):
            return found
    added = [promise for promise in given if promise.key in left and not promise.ghost]
    if not added:
        return None
    line = after.lines.line(after.offset(added[0].tokens[0])) if added[0].tokens else 1
    return Difference(line, "", _text(after, added[0]), added[0].where)


def _first(before: RustFile, one: _Promise, after: RustFile, other: _Promise) -> Difference | None:
    for index in range(max(len(one.tokens), len(other.tokens))):
        expected = _token(before, one.tokens, index)
        got = _token(after, other.tokens, index)
        if expected != got:
            at = other.tokens[min(index, len(other.tokens) - 1)] if other.tokens else 0
            return Difference(after.lines.line(after.offset(at)), expected, got, one.where)
    return None


def _token(file: RustFile, tokens: tuple[int, ...], index: int) -> str:
    return file.nesting.text(tokens[index]) if index < len(tokens) else ""


def _text(file: RustFile, promise: _Promise) -> str:
    return " ".join(file.nesting.text(index) for index in promise.tokens[:8])


def _promises(file: RustFile) -> Iterator[_Promise]:
    """Keys are counted, so that two items of one name are two promises."""
    seen: Counter[str] = Counter()
    yield from _of_crate(file)
    for item in file.items:
        promise = _promise(file, item)
        if promise is not None:
            seen[promise.key] += 1
            key = f"{promise.key} #{seen[promise.key]}"
            yield _Promise(key, promise.tokens, promise.where, promise.ghost)


def _of_crate(file: RustFile) -> Iterator[_Promise]:
    """`#![…]` that changes what is verified."""
    nesting = file.nesting
    at, number = 0, 0
    while nesting.text(at) == "#" and nesting.text(at + 1) == "!" and nesting.text(at + 2) == "[":
        after = nesting.after(at + 2)
        if not is_proof_attribute(nesting, at):
            number += 1
            yield _Promise(f"crate {number}", tuple(range(at, after)), "the crate", False)
        at = after


def _promise(file: RustFile, item: Item) -> _Promise | None:
    nesting = file.nesting
    if item.sort is Sort.VERUS or is_proof_import(nesting, item.start, item.end):
        return None
    start = item.attributes[0][0] if item.attributes else item.start
    where = named(file, item)
    if item.header is None:
        end = item.opening if item.sort is Sort.CONTAINER and item.opening else item.end
        tokens = normal(nesting, start, end)
        text = " ".join(nesting.text(index) for index in tokens)
        return _Promise(f"item {'::'.join(item.path)} {text}", tokens, where, False)
    mode = mode_of({nesting.text(index) for index in range(item.start, item.word)})
    place = "" if item.header.name == "main" else f" {item.in_verus}"
    key = f"fn {'::'.join((*item.path, item.header.name))}{place}"
    return _Promise(key, _of_function(nesting, item, mode, start), where, mode is not Mode.EXEC)


def _of_function(nesting: Nesting, item: Item, mode: Mode, start: int) -> tuple[int, ...]:
    """A spec function's body is what it means; what others do is their own affair."""
    assert item.header is not None
    if mode is Mode.SPEC:
        return normal(nesting, start, item.end)
    body = () if item.header.body is not None else (item.end - 1,)
    return (*_without_decreases(nesting, item, start), *body)


def _without_decreases(nesting: Nesting, item: Item, start: int) -> tuple[int, ...]:
    """The header; that a recursion ends is part of its proof."""
    assert item.header is not None
    gone: set[int] = set()
    for clause in item.header.clauses:
        if clause.word in ("decreases", "when", "via"):
            gone.update(range(clause.start - 1, clause.end + 1))
    return tuple(i for i in normal(nesting, start, item.header.end) if i not in gone)
