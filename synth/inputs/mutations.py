"""Values near a value, of its own type: where programs that agree on it may differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any


def mutants(value: Any, random: Random) -> Iterator[Any]:
    """All that come to mind, smaller ones first."""
    match value:
        case bool():
            yield not value
        case int():
            yield from (0, 1, value - 1, value + 1, -value, 2 * value, 10 * value + 3)
        case float():
            yield from (0.0, 1.0, value - 1, value + 1, -value, value / 2, value + 0.5)
        case str():
            yield from _sequences(value, "", random, lambda part: chr(ord(part) ^ 1))
            yield from (value + "a", value.swapcase(), value + " ", value.replace(" ", ""))
        case bytes():
            yield from _sequences(value, b"", random, lambda part: part)
        case list():
            yield from _sequences(value, [], random, lambda part: any_of(part, random))
        case tuple():
            yield from _parts(value, random)
        case set():
            ordered = sorted(value, key=repr)
            yield from (set(), set(ordered[1:]), set(ordered[:1]))
        case dict():
            items = list(value.items())
            yield from ({}, dict(items[1:]), dict(items[:1]), dict(items[::-1]))
            for key, held in items[:3]:
                yield {**value, key: any_of(held, random)}
        case _:
            return


def any_of(value: Any, random: Random) -> Any:
    """One of the mutants, or the value itself where there is none."""
    return random.choice([*mutants(value, random)] or [value])


def _sequences(value: Any, empty: Any, random: Random, change: Callable[[Any], Any]) -> Any:
    """Shorter, doubled, reversed, swapped, with a repeated or a changed element."""
    yield empty
    if not value:
        return
    yield from (value[:1], value[1:], value[:-1], value[::-1], value[:1] + value, value + value)
    yield empty + value[:1] * 3
    yield _sorted(value)
    at = random.randrange(len(value))
    for place in {0, at, len(value) - 1}:
        changed = change(value[place])
        one = [changed] if isinstance(value, list) else changed
        if isinstance(value, bytes):
            one = bytes([value[place] ^ 1])
        yield value[:place] + one + value[place + 1 :]


def _parts(value: tuple[Any, ...], random: Random) -> Iterator[tuple[Any, ...]]:
    """Tuples keep their length: it is part of their type."""
    if len({type(part) for part in value}) == 1:
        yield value[::-1]
    for place, part in enumerate(value):
        yield (*value[:place], any_of(part, random), *value[place + 1 :])


def _sorted(value: Any) -> Any:
    try:
        ordered = sorted(value)
    except TypeError:
        return value
    if isinstance(value, str):
        return "".join(ordered)
    return bytes(ordered) if isinstance(value, bytes) else ordered
