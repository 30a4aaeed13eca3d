"""Which function of a program is the one that was asked for."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from synthd.synth.source.errors import NotAdoptable
from synthd.synth.source.function import Target
from synthd.synth.source.program import Function, Program, is_stub


@dataclass(frozen=True, slots=True)
class Found:
    """owner is the class that the program wrapped the function in, node its definition."""

    function: Function
    owner: ast.ClassDef | None = None


def function_of(program: Program, target: Target, siblings: frozenset[str]) -> Found | None:
    """None where the program has no function at all. siblings are names that the file defines."""
    owners = _owners(program.tree, target)
    own = [Found(f, owner) for owner in owners for f in _methods(owner)]
    top = [Found(f) for f in program.functions()]
    in_order = [*own, *top] if target.classes else [*top, *own]
    named = [one for one in in_order if one.function.name == target.name]
    written = [one for one in named if not is_stub(one.function.body)]
    if written:
        same_place = [one for one in written if (one.owner is None) == (written[0].owner is None)]
        return same_place[-1]
    others = [
        one
        for one in in_order
        if one.function.name not in siblings
        and not one.function.name.startswith("__")
        and not is_stub(one.function.body)
    ]
    if not others:
        if in_order and all(is_stub(one.function.body) for one in in_order):
            raise NotAdoptable("the program is a stub")
        return None
    return _single(others, target)


def _owners(tree: ast.Module, target: Target) -> list[ast.ClassDef]:
    """The class of the target, or the only class there is."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    named = [c for c in classes if target.classes and c.name == target.classes[-1]]
    if named:
        return named[-1:]
    outer = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return outer if len(outer) == 1 else []


def _methods(owner: ast.ClassDef) -> list[Function]:
    return [node for node in owner.body if isinstance(node, Function)]


def _single(others: Sequence[Found], target: Target) -> Found:
    """Under another name: the only one, or the only one that no other of them calls."""
    if len(others) == 1:
        return others[0]
    names = {one.function.name for one in others}
    called = {
        used
        for one in others
        for used in names_used(one.function)
        if used in names and used != one.function.name
    }
    entries = [one for one in others if one.function.name not in called]
    fitting = [one for one in entries if len(parameters(one.function)) == len(target.parameters)]
    for candidates in (entries, fitting):
        if len(candidates) == 1:
            return candidates[0]
    listed = ", ".join(sorted(names))
    raise NotAdoptable(f"the program defines {listed}, but not {target.name}")


def parameters(function: Function) -> list[str]:
    arguments = function.args
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def names_used(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {
        n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)
    }
