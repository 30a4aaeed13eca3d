"""Find the function that is to be written, by name or by position, and tell stubs from bodies."""

from __future__ import annotations

import difflib
import re

from synthd.synth.source.describe import describe
from synthd.synth.source.errors import (
    AmbiguousName,
    BrokenSignature,
    NoSuchFunction,
    NotAddressable,
)
from synthd.synth.source.function import Kind, Span, Target
from synthd.synth.source.syntax import definitions
from synthd.synth.source.text import SourceText

__all__ = ["Kind", "Span", "Target", "at", "find", "functions", "stubs"]


def functions(source: SourceText) -> tuple[Target, ...]:
    """All that can be named: at top level and in classes, in the order of the file."""
    return tuple(describe(source, d) for d in definitions(source) if not d.in_function)


def stubs(source: SourceText) -> tuple[Target, ...]:
    """The functions that wait to be written."""
    return tuple(t for t in functions(source) if t.is_stub and not t.declared_only and t.parseable)


def find(source: SourceText, name: str) -> Target:
    """By `f`, `Class.method` or `Outer.Inner.m`; a bare method name if one class has it."""
    known = functions(source)
    name = name.strip().removesuffix("()")
    exact = [t for t in known if t.qualname == name]
    found = exact or [t for t in known if t.name == name]
    candidates = [t for t in found if not t.declared_only] or found
    if not found:
        raise _missing(source, name, known)
    if len(candidates) > 1:
        lines = tuple(t.line for t in candidates)
        where = ", ".join(f"{t.qualname} on line {t.line}" for t in candidates)
        advice = "rename one of them" if exact else "give the name with its class"
        raise AmbiguousName(f"{name} is ambiguous: {where}; {advice}", lines)
    return candidates[0]


def _missing(source: SourceText, name: str, known: tuple[Target, ...]) -> Exception:
    nested = _nested(source)
    bare = name.replace(".<locals>", "").rpartition(".")[2]
    if bare in nested:
        return NotAddressable(
            f"{bare} on line {nested[bare]} is inside another function; "
            "only functions at the top level and in classes can be synthesized"
        )
    if written := re.search(rf"^[ \t]*(?:async\s+)?def\s+{re.escape(bare)}\b", source.code, re.M):
        line = source.code.count("\n", 0, written.start()) + 1
        return BrokenSignature(
            f"{bare} on line {line} does not parse; correct it or empty its body first"
        )
    names = [t.qualname for t in known]
    close = difflib.get_close_matches(name, names, 3, 0.5)
    close += [t.qualname for t in known if t.name == bare and t.qualname not in close]
    close += [n for n in names if n.lower() == name.lower() and n not in close]
    where = source.path or "the file"
    if close:
        hint = f"did you mean {' or '.join(close)}?"
    elif names:
        hint = f"it has {', '.join(names[:8])}{' …' if len(names) > 8 else ''}"
    else:
        hint = "it has no functions"
    return NoSuchFunction(f"{where} has no function {name}; {hint}", tuple(close))


def _nested(source: SourceText) -> dict[str, int]:
    found = {}
    for definition in definitions(source):
        if definition.in_function:
            name = definition.node.child_by_field_name("name")
            text = (name.text or b"").decode() if name else ""
            found[text] = source.line_of(source.char(definition.node.start_byte))
    return found


def at(source: SourceText, offset: int) -> Target:
    """The function around a position; the blank line right after a body still belongs to it."""
    best = None
    for target in functions(source):
        first = source.line_of(target.span.start)
        last = source.line_of(target.span.end)
        if last < len(source.lines) and not source.line(last + 1).strip():
            last += 1
        if first <= source.line_of(offset) <= last and (
            best is None or target.span.start > best.span.start
        ):
            best = target
    if best is None:
        line = source.line_of(offset)
        raise NoSuchFunction(
            f"{source.path or 'the file'}:{line} is in no function; "
            "put the cursor into the one to synthesize"
        )
    return best
