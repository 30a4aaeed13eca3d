"""Command arguments as they come over the wire, turned into values or into a clear refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthd.lsp.engine import Wish
from synthd.lsp.text.positions import Point

PLACE = "{textDocument: {uri}, position: {line, character}}"
LONGEST = 10_000  # characters of an answer


class BadRequest(Exception):
    """The editor or its user asked for something that cannot be; str() says what to do instead."""


@dataclass(frozen=True, slots=True)
class Target:
    """A function: the one around a point of a document."""

    uri: str
    point: Point


@dataclass(frozen=True, slots=True)
class Order:
    """What to do with it, as far as that is said."""

    target: Target
    strategy: str = ""
    model: str = ""
    wish: Wish = Wish.BODY


def order(arguments: Sequence[object], command: str, wish: Wish = Wish.BODY) -> Order:
    """Of synthd.synthesize and synthd.repair. The document and the position may also come as two
    arguments."""
    shape = f"{PLACE}, and if wanted strategy, model, wish"
    match arguments:
        case [{"uri": str(uri)}, position]:
            return Order(Target(uri, _point(position, command, shape)), wish=wish)
    given = _object(arguments, command, shape)
    wished = _word(given, "wish", command) or wish
    if wished not in set(Wish):
        raise BadRequest(f"{command}: wish is one of {', '.join(Wish)}.")
    strategy, model = _word(given, "strategy", command), _word(given, "model", command)
    return Order(_target(given, command, shape), strategy, model, Wish(wished))


def target(arguments: Sequence[object], command: str = "This command") -> Target:
    return _target(_object(arguments, command, PLACE), command, PLACE)


def document(arguments: Sequence[object], command: str) -> tuple[str, Point | None]:
    """Of synthd.verify: without a position it is about all functions."""
    shape = "{textDocument: {uri}}, and if wanted position: {line, character}"
    given = _object(arguments, command, shape)
    position = given.get("position")
    return _uri(given, command, shape), (
        None if position is None else _point(position, command, shape)
    )


def job_id(arguments: Sequence[object], command: str) -> str:
    """{job: id}, or the id alone."""
    match arguments:
        case [str(job)]:
            return job
    return _text(_object(arguments, command, "{job}"), "job", command, "{job}")


def maybe_job_id(arguments: Sequence[object], command: str) -> str | None:
    match arguments:
        case [] | [None]:
            return None
        case [{**given}] if given.get("job") is None:
            return None
    return job_id(arguments, command)


def acceptance(arguments: Sequence[object], command: str) -> tuple[str, bool]:
    """The job, and whether its best program is wanted though it is not verified."""
    match arguments:
        case [{"job": str(job), "partial": bool(partial)}]:
            return job, partial
    return job_id(arguments, command), False


def answer(arguments: Sequence[object], command: str) -> tuple[str, str, str | None]:
    """Job, question and value; None leaves the question open."""
    shape = "{job, question, value}"
    given = _object(arguments, command, shape)
    value = given.get("value")
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST):
        raise BadRequest(f"{command}: value is a Python expression as a string, or null.")
    job, question = (_text(given, key, command, shape) for key in ("job", "question"))
    return job, question, value


def watching(arguments: Sequence[object], command: str) -> tuple[str, bool]:
    match arguments:
        case [{"job": str(job), "on": bool(on)}]:
            return job, on
    raise _unlike(command, "{job, on}, where on is true or false")


def node(arguments: Sequence[object], command: str) -> tuple[str, str]:
    given = _object(arguments, command, "{job, node}")
    return _text(given, "job", command, "{job, node}"), _text(given, "node", command, "{job, node}")


def choice(arguments: Sequence[object], command: str) -> tuple[str, str] | None:
    """Model and strategy, each empty where it is to stay. None where nothing was given at all."""
    if not arguments or arguments[0] is None:
        return None
    given = _object(arguments, command, "{model, strategy}, both if wanted")
    return _word(given, "model", command), _word(given, "strategy", command)


def _object(arguments: Sequence[object], command: str, shape: str) -> Mapping[str, Any]:
    if len(arguments) == 1 and isinstance(arguments[0], Mapping):
        return arguments[0]
    raise _unlike(command, shape)


def _target(given: Mapping[str, Any], command: str, shape: str) -> Target:
    return Target(_uri(given, command, shape), _point(given.get("position"), command, shape))


def _uri(given: Mapping[str, Any], command: str, shape: str) -> str:
    match given.get("textDocument"):
        case {"uri": str(uri)}:
            return uri
    raise _unlike(command, shape)


def _point(position: object, command: str, shape: str) -> Point:
    if isinstance(position, Mapping):
        line, character = position.get("line"), position.get("character")
        if _is_count(line) and _is_count(character):
            return Point(int(str(line)), int(str(character)))
    raise _unlike(command, f"{shape}. Lines and characters count from 0")


def _text(given: Mapping[str, Any], key: str, command: str, shape: str) -> str:
    value = given.get(key)
    if not isinstance(value, str) or not value:
        raise _unlike(command, shape)
    return value


def _word(given: Mapping[str, Any], key: str, command: str) -> str:
    value = given.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRequest(f"{command}: {key} is a string.")
    return value


def _unlike(command: str, shape: str) -> BadRequest:
    return BadRequest(f"{command} takes one object {shape}.")


def _is_count(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0
