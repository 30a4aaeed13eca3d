"""Let a body that was written for other parameter names run under the file's signature."""

from __future__ import annotations

import ast
import textwrap

from synthd.synth.source import python
from synthd.synth.source.errors import NotAdoptable
from synthd.synth.source.function import Target
from synthd.synth.source.program import Function


def mapping(target: Target, function: Function, code: str, bound: bool) -> str:
    """The assignments that the body needs first, or "".

    bound: the program's function was a method, so that its first parameter is the receiver.
    """
    theirs = function.args
    ours = signature(target)
    given = _positional(ours)
    wanted = _positional(theirs)
    if target.receiver is not None:
        if wanted and (bound or wanted[0] in ("self", "cls", target.receiver)):
            receiver, wanted = wanted[0], wanted[1:]
            pairs = [(receiver, given[0])]
        else:
            pairs = []
        given = given[1:]
    else:
        pairs = []
        if bound and wanted and len(wanted) == len(given) + 1:
            wanted = wanted[1:]
    pairs += _positions(given, wanted, ours, theirs, code)
    pairs += [(mine.arg, yours.arg) for mine, yours in
              ((theirs.vararg, ours.vararg), (theirs.kwarg, ours.kwarg))
              if mine and yours]  # fmt: skip
    if theirs.vararg and not ours.vararg:
        rest = given[len(wanted) :]
        pairs.append((theirs.vararg.arg, f"({', '.join(rest)}{',' if len(rest) == 1 else ''})"))
    if theirs.kwarg and not ours.kwarg:
        pairs.append((theirs.kwarg.arg, "{}"))
    known = {a.arg for a in ast.walk(ours) if isinstance(a, ast.arg)}
    for name, default in zip(theirs.kwonlyargs, theirs.kw_defaults, strict=True):
        if name.arg not in known:
            if default is None:
                raise NotAdoptable(f"it wants a parameter {name.arg}, which {target.name} lacks")
            pairs.append((name.arg, ast.get_source_segment(code, default) or "None"))
    pairs = [(mine, yours) for mine, yours in pairs if mine != yours]
    if not pairs:
        return ""
    return f"{', '.join(m for m, _ in pairs)} = {', '.join(y for _, y in pairs)}"


def signature(target: Target) -> ast.arguments:
    """The parameters of the file's function."""
    head = textwrap.dedent(target.indent + target.signature)
    head = head.replace("\r\n", "\n").replace("\r", "\n")
    node = python.parse(head + " pass").body[0]
    assert isinstance(node, Function)
    return node.args


def arguments(target: Target) -> str:
    """How to pass on all that the function was called with, without its receiver."""
    ours = signature(target)
    positional = _positional(ours)[1 if target.receiver is not None else 0 :]
    starred = [f"*{ours.vararg.arg}"] if ours.vararg else []
    keywords = [f"{a.arg}={a.arg}" for a in ours.kwonlyargs]
    keywords += [f"**{ours.kwarg.arg}"] if ours.kwarg else []
    return ", ".join((*positional, *starred, *keywords))


def _positional(arguments: ast.arguments) -> list[str]:
    return [a.arg for a in (*arguments.posonlyargs, *arguments.args)]


def _positions(
    given: list[str], wanted: list[str], ours: ast.arguments, theirs: ast.arguments, code: str
) -> list[tuple[str, str]]:
    keywords = {a.arg for a in ours.kwonlyargs}
    if set(wanted) <= set(given) | keywords:
        return []
    pairs = list(zip(wanted, given, strict=False))
    more = wanted[len(given) :]
    defaults = theirs.defaults[len(theirs.defaults) - len(more) :] if more else []
    if len(defaults) < len(more):
        raise NotAdoptable(
            f"it takes {len(wanted)} parameters ({', '.join(wanted)}), not {len(given)}"
        )
    if len(wanted) < len(given) and not theirs.vararg:
        raise NotAdoptable(
            f"it takes {len(wanted)} parameters ({', '.join(wanted)}), not {len(given)}"
        )
    for name, default in zip(more, defaults, strict=True):
        if name not in keywords:
            pairs.append((name, ast.get_source_segment(code, default) or "None"))
    return pairs
