"""Examples for a function that its tests and uses already state.

Nothing is run: what is written in a test or beside a call is read, and offered as a doctest. Which
of them is right the user says; two that contradict each other are offered neither.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from synthd.synth.problem import Check, Doctest, Example
from synthd.synth.source import python
from synthd.synth.source.contradictions import contradictions
from synthd.synth.source.errors import SourceError
from synthd.synth.source.examples import Stated, callee, examples
from synthd.synth.source.function import Target
from synthd.synth.source.mining.awaiting import awaited
from synthd.synth.source.mining.claims import Claim, Relation, Shown, differ, literal_of, shown
from synthd.synth.source.mining.files import Found, Limits, Reading, Words
from synthd.synth.source.mining.insertion import Insertion, with_examples
from synthd.synth.source.mining.modules import Home
from synthd.synth.source.mining.names import PURE, Sought, TooLong, scope_of
from synthd.synth.source.mining.suggestion import Kind, Suggestion
from synthd.synth.source.mining.tests import test_claims
from synthd.synth.source.mining.usage import commented, comments, docstring_claims, document
from synthd.synth.source.names import bound, module
from synthd.synth.source.target import at
from synthd.synth.source.text import SourceText

__all__ = ["Insertion", "Kind", "Limits", "Suggestion", "mined", "with_examples"]

MOST = 8
_MOST_RAISING = 2
_MOST_CLAIMS = 1000  # of one file


def mined(
    text: str,
    offset: int,
    path: str,
    workspace: str | None,
    limits: Limits | None = None,
    kind: Kind | None = None,
) -> tuple[Suggestion, ...]:
    """For the function at an offset (in code points) of a buffer, the best first.

    path: of the buffer, absolute. Without a workspace only the files beside it are read. kind:
    only of this one. Empty where there is no function, or nothing is known. It reads files: not
    for an event loop.
    """
    try:
        source = SourceText.from_text(text, path)
        target = at(source, offset)
    except SourceError:
        return ()
    if target.declared_only or not target.parseable:
        return ()
    tree = module(source)
    claims = _read(source, target, tree, Path(path), Path(workspace) if workspace else None, limits)
    setup = ">>> import asyncio\n" if target.is_async and "asyncio" not in names(tree) else ""
    agreed = [one for one in _fresh(claims, source, target) if kind in (None, one.kind)]
    return _chosen(agreed, examples(source, target), target, setup)


def _read(
    source: SourceText,
    target: Target,
    tree: ast.Module,
    path: Path,
    workspace: Path | None,
    limits: Limits | None,
) -> list[_Placed]:
    """All that is said of the function in its own file and in others."""
    root = workspace or path.parent
    head = target.classes[0] if target.classes else target.name
    stem = path.parent.name if path.stem == "__init__" else path.stem
    reading = Reading(path, workspace, Words(target.name, head, stem), limits)
    sought = _sought(source, target, tree, Home(path, root), reading.deadline)
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    own = _guarded(_own(source, target, tree, sought, str(path)))
    claims = [_Placed(claim, kind, name, 0) for kind, claim in own]
    for number, found in enumerate(reading.files(), 1):
        others = _guarded(_of(found, sought))
        claims += [_Placed(claim, kind, found.name, number) for kind, claim in others]
    return [one.awaited(sought) for one in claims] if target.is_async else claims


@dataclass(frozen=True, slots=True)
class _Placed:
    claim: Claim
    kind: Kind
    file: str
    distance: int  # files in the order of their likelihood

    def awaited(self, sought: Sought) -> _Placed:
        observed = awaited(self.claim.observed, sought.callee)
        return replace(self, claim=replace(self.claim, observed=observed))


def _sought(
    source: SourceText, target: Target, tree: ast.Module, home: Home, deadline: float
) -> Sought:
    all_names = names(tree)
    constants = {
        name
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and literal_of(node.value) is not None
        for name in bound(node)
        if all_names.count(name) == 1
    }
    return Sought(
        callee(source, target), home, frozenset(constants), frozenset(all_names) & PURE, deadline
    )


def names(tree: ast.Module) -> list[str]:
    return [name for node in tree.body for name in bound(node)]


Kinds = Iterator[tuple[Kind, Claim]]


def _own(source: SourceText, target: Target, tree: ast.Module, sought: Sought, path: str) -> Kinds:
    scope = scope_of(tree, sought, path, own=True)
    lines = source.code.split("\n")
    yield from ((Kind.TEST, claim) for claim in test_claims(tree, scope))
    yield from ((Kind.USAGE, claim) for claim in docstring_claims(tree, scope, target.line))
    yield from ((Kind.USAGE, claim) for claim in commented(tree, lines, scope))
    yield from ((Kind.USAGE, claim) for claim in comments(lines, scope))


def _of(found: Found, sought: Sought) -> Kinds:
    if found.is_document:
        claims = document(found.text, sought, str(found.path))
        yield from ((Kind.USAGE, claim) for claim in claims)
        return
    try:
        tree = python.parse(found.text)
    except python.Unparsable:
        return
    scope = scope_of(tree, sought, str(found.path))
    if sought.head not in scope.ours.values() and not scope.modules:
        return
    yield from ((Kind.TEST, claim) for claim in test_claims(tree, scope))
    yield from ((Kind.USAGE, claim) for claim in docstring_claims(tree, scope))
    lines = found.text.split("\n")
    yield from ((Kind.USAGE, claim) for claim in commented(tree, lines, scope))


def _guarded(claims: Kinds) -> list[tuple[Kind, Claim]]:
    """What was read before the time was over, or a text nested beyond all measure."""
    found: list[tuple[Kind, Claim]] = []
    try:
        for one in islice(claims, _MOST_CLAIMS):
            found.append(one)
    except (RecursionError, MemoryError, TooLong):
        pass
    return found


def _fresh(claims: list[_Placed], source: SourceText, target: Target) -> list[_Placed]:
    """Without what the docstring says already, and what is doubtful."""
    known = {key for check in examples(source, target).checks for key in _keys(check, target)}
    return list(_agreed([c for c in claims if not (_calls(c.claim.observed, target) & known)]))


def _chosen(
    claims: list[_Placed], stated: Stated, target: Target, setup: str
) -> tuple[Suggestion, ...]:
    returns = _annotation(target)
    ranked = []
    for order, one in enumerate(claims):
        text = shown(one.claim, returns)
        if text is not None:
            ranked.append((_rank(one, text, target), order, one, text))
    ranked.sort(key=lambda one: one[:2])
    return tuple(_admitted(ranked, stated, setup))


Ranked = tuple[tuple[int, ...], int, _Placed, Shown]


def _admitted(ranked: Iterable[Ranked], stated: Stated, setup: str) -> Iterator[Suggestion]:
    checks: list[Check] = list(stated.checks)
    clashes = len(contradictions(checks))
    sources: set[str] = set()
    raising = 0
    for _, _, one, text in ranked:
        check = Doctest("mined", f"{text.source}\n", f"{text.want}\n", 0)
        raises = one.claim.relation is Relation.RAISES
        if text.source in sources or (raises and raising >= _MOST_RAISING):
            continue
        if len(contradictions([*checks, check])) > clashes:
            continue
        checks.append(check)
        sources.add(text.source)
        raising += raises
        origin = f"{one.file}:{one.claim.line}"
        yield Suggestion(f"{setup}>>> {text.source}\n{text.want}", origin, one.kind)
        if len(sources) == MOST:
            return


def _rank(one: _Placed, text: Shown, target: Target) -> tuple[int, ...]:
    raises = one.claim.relation is Relation.RAISES
    long = len(text.source) + len(text.want) > 100
    indirect = not isinstance(one.claim.observed, ast.Call | ast.Attribute) or not _outermost(
        one.claim.observed, target
    )
    return (one.kind is not Kind.TEST, raises, long, indirect, not text.plain, one.distance)


def _outermost(node: ast.Call | ast.Attribute, target: Target) -> bool:
    """Whether the expression is a call of the function, and nothing around it."""
    func = node.func if isinstance(node, ast.Call) else node
    return _name(func) in (target.name, *target.classes[-1:])


def _agreed(claims: list[_Placed]) -> Iterator[_Placed]:
    """One of each, and none about which two tests differ. A test counts more than a comment."""
    groups: dict[str, list[_Placed]] = {}
    for one in claims:
        groups.setdefault(ast.dump(one.claim.observed), []).append(one)
    for group in groups.values():
        tests = [one for one in group if one.kind is Kind.TEST]
        counted = tests or group
        first = counted[0]
        if not any(differ(first.claim, other.claim) for other in counted[1:]):
            yield first


def _annotation(target: Target) -> ast.expr | None:
    code = target.signature.replace("\r\n", "\n").replace("\r", "\n")
    try:
        (node,) = python.parse(f"{code} pass").body
    except python.Unparsable:
        return None
    return node.returns if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None


def _keys(check: Check, target: Target) -> set[str]:
    text = check.call if isinstance(check, Example) else getattr(check, "source", "")
    try:
        return _calls(python.parse(text.strip()), target)
    except python.Unparsable:
        return set()


def _calls(node: ast.AST, target: Target) -> set[str]:
    """The calls of the function in it, however their arguments are named."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and _name(part.func) in (target.name, *target.classes[-1:]):
            found.add(_normal(part, target))
        elif isinstance(part, ast.Attribute) and part.attr == target.name:
            found.add(ast.dump(part))
    return found if not target.classes else {key for key in found if target.name in key}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _normal(call: ast.Call, target: Target) -> str:
    names = target.parameters[1:] if target.receiver else target.parameters
    values = dict(zip(names, call.args, strict=False))
    values |= {k.arg: k.value for k in call.keywords if k.arg}
    rest = call.args[len(names) :]
    parts = [f"{name}={ast.dump(values[name])}" for name in sorted(values)]
    return " ".join([ast.dump(call.func), *parts, *map(ast.dump, rest)])
