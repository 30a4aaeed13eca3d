"""Command arguments as they come over the wire, turned into values or into a clear refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synthd.lsp.positions import Point

SHAPE = "one object {textDocument: {uri}, position: {line, character}}"


class BadRequest(Exception):
    """The editor or its user asked for something that cannot be; str() says what to do instead."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which function to synthesize: the one around a point of a document."""

    uri: str
    point: Point


def target(arguments: Sequence[object]) -> Target:
    """Of synthd.synthesize: one object, or the document and the position as two arguments."""
    match arguments:
        case [{"textDocument": {"uri": str(uri)}, "position": position}]:
            return Target(uri, _point(position))
        case [{"uri": str(uri)}, position]:
            return Target(uri, _point(position))
    raise BadRequest(f"synthd.synthesize takes {SHAPE}.")


def job_id(arguments: Sequence[object]) -> str:
    """Of synthd.cancel: {job: id}, or the id alone."""
    match arguments:
        case [{"job": str(job)}] | [str(job)]:
            return job
    raise BadRequest("synthd.cancel takes one object {job: id}.")


def _point(position: object) -> Point:
    if isinstance(position, Mapping):
        line, character = position.get("line"), position.get("character")
        if _is_count(line) and _is_count(character):
            return Point(int(str(line)), int(str(character)))
    raise BadRequest(f"A position is {{line, character}}, counted from 0; {SHAPE} is expected.")


def _is_count(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0
