"""What a test main is made into, and how what it tells is read.

Each check becomes a numbered call of our own code. When all tests have run, that code asks for a
number on a private channel and answers with a mix of it, two secrets and its counts. All this is
in the candidate's process: it stops exits, forged output and redefined macros and operators, not
a program that goes looking for the secrets in its own memory.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass, field

from synthd.sandbox.inside.native_wire import ASKS, RECORD, TELLS

_MASK = (1 << 64) - 1
_COUNTS = struct.Struct("<QII")
FAILURE, PANIC = b"F", b"P"
_SHOWN = struct.Struct("<III")  # which check; lengths of the text that was got and expected


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made anew for every compilation. name: a prefix that no candidate can have thought of."""

    name: str = field(default_factory=lambda: f"t{secrets.token_hex(8)}")
    first: int = field(default_factory=lambda: secrets.randbits(64))
    second: int = field(default_factory=lambda: secrets.randbits(64))
    channel: int = field(default_factory=lambda: 5 + secrets.randbelow(26))

    def answer(self, number: bytes, executed: int, passed: int) -> int:
        (given,) = struct.unpack("<Q", number)
        mixed = mix(self.first, given)
        return mix(mix(mixed, executed << 32 | passed), self.second)


def mix(state: int, value: int) -> int:
    """The same in each language; nothing but a way to need all of its inputs."""
    state = (state ^ value) * 0x9E3779B97F4A7C15 & _MASK
    state = (state ^ state >> 29) * 0xBF58476D1CE4E5B9 & _MASK
    return state ^ state >> 32


@dataclass(frozen=True, slots=True)
class Instrumented:
    """A program with its tests, to be compiled. checks: the text of each, in their order."""

    text: str
    checks: tuple[str, ...]
    secrets: Secrets


@dataclass(frozen=True, slots=True)
class Failure:
    """check: None for a test that panicked outside of one."""

    check: int | None
    got: str
    expected: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """finished: the tests came to their end and proved it. hit: whether each check was reached."""

    failures: tuple[Failure, ...] = ()
    finished: bool = False
    executed: int = 0
    passed: int = 0
    hit: tuple[bool, ...] = ()


def read(told: bytes, number: bytes, work: Instrumented) -> Told:
    failures: list[Failure] = []
    answer = b""
    place = 0
    while place + RECORD.size <= len(told):
        kind, length = RECORD.unpack_from(told, place)
        payload = told[place + RECORD.size : place + RECORD.size + length]
        place += RECORD.size + length
        if kind == FAILURE[0] and len(payload) >= _SHOWN.size:
            failures.append(_failure(payload, len(work.checks)))
        elif kind == PANIC[0]:
            failures.append(Failure(None, payload.decode(errors="replace")))
        elif kind == TELLS[0]:
            answer = payload
        elif kind != ASKS[0]:
            break
    size = _COUNTS.size + len(work.checks)
    if number and len(answer) == size:
        mixed, executed, passed = _COUNTS.unpack_from(answer)
        if mixed == work.secrets.answer(number, executed, passed):
            hit = tuple(bool(one) for one in answer[_COUNTS.size :])
            return Told(tuple(failures), True, executed, passed, hit)
    return Told(tuple(failures))


def _failure(payload: bytes, most: int) -> Failure:
    check, got, expected = _SHOWN.unpack_from(payload)
    texts = payload[_SHOWN.size :]
    return Failure(
        check if check < most else None,
        texts[:got].decode(errors="replace"),
        texts[got : got + expected].decode(errors="replace"),
    )
