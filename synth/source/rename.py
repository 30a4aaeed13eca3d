"""Rename a function in a text, by the positions of its syntax tree: strings stay as they are."""

from __future__ import annotations

import ast

from synthd.synth.source import python
from synthd.synth.source.errors import NotAdoptable


def rename(code: str, old: str, new: str, receiver: str | None = None) -> str:
    """Every use of the name `old` becomes `new`; with a receiver, also `receiver.old`."""
    lines = code.split("\n")
    places = _places(python.parse(code), old, receiver)
    for row, column in sorted(places, reverse=True):
        raw = lines[row - 1].encode()
        if raw[column : column + len(old.encode())].decode(errors="replace") != old:
            raise NotAdoptable(f"{old} cannot be renamed to {new} on line {row}")
        lines[row - 1] = (raw[:column] + new.encode() + raw[column + len(old.encode()) :]).decode()
    return "\n".join(lines)


def _places(tree: ast.AST, old: str, receiver: str | None) -> list[tuple[int, int]]:
    places = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == old:
            places.append((node.lineno, node.col_offset))
        elif (
            receiver is not None
            and isinstance(node, ast.Attribute)
            and node.attr == old
            and isinstance(node.value, ast.Name)
            and node.value.id == receiver
        ):
            end = node.end_col_offset or 0
            places.append((node.end_lineno or node.lineno, end - len(old.encode())))
    return places
