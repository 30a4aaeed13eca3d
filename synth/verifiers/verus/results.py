"""The type of a function's result, as it is written."""

from __future__ import annotations

from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.token import Kind
from synthd.synth.rust.words import CLAUSES
from synthd.synth.verifiers.verus.gate.body import Code, code


def result_type(text: str, function: RustFunction) -> str | None:
    """None where it returns nothing. `-> (r: T)` gives `T`, also where it is tracked."""
    header = function.header.of(text)
    tokens = code(header)
    arrow = _arrow(tokens)
    if arrow is None:
        return None
    start, end = arrow + 1, _type_end(tokens, arrow + 1)
    inner = start + 1 + (tokens.name(start + 1) == "tracked")
    if tokens.name(start) == "tracked":
        start += 1
    if tokens.name(start) == "(" and tokens.name(inner + 1) == ":":
        start, end = inner + 2, tokens.partner[start]
    written = header[tokens.tokens[start].start : tokens.tokens[end - 1].end]
    return None if "".join(written.split()) == "()" else written


def _arrow(tokens: Code) -> int | None:
    """Right after the parameters: a closure's type among the generic ones has arrows of its own."""
    at = next((place for place, name in tokens.words() if name == "fn"), -2) + 2
    depth = 0
    while at < len(tokens) and (depth or tokens.name(at) != "("):
        depth += tokens.name(at).count("<") if tokens.name(at) in ("<", "<<") else 0
        depth -= tokens.name(at).count(">") if tokens.name(at) in (">", ">>") else 0
        at = max(at, tokens.partner[at]) + 1
    arrow = tokens.partner[at] + 1 if at < len(tokens) else 0
    return arrow if arrow and tokens.name(arrow) == "->" else None


def _type_end(tokens: Code, at: int) -> int:
    while at < len(tokens) and tokens.name(at) not in CLAUSES | {"where", ";"}:
        at = max(at, tokens.partner[at]) + 1 if tokens.tokens[at].kind is Kind.OPEN else at + 1
    return at
