"""The daemon's half of the first words on a connection (the client's: thin/hello.py)."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest

from synthd.daemon.service.calls import SCHEMA
from synthd.daemon.thin.hello import proof

WANTS = ("control", "lsp")
LONGEST_NAME = 80


class Ungreeted(Exception):
    """No client of ours. str() is told to it, unless it is empty: then nothing is said.

    again: the same client may come again at once and find another daemon.
    """

    def __init__(self, why: str = "", *, again: bool = False) -> None:
        super().__init__(why)
        self.again = again


@dataclass(frozen=True, slots=True)
class Greeted:
    wants: str
    name: str
    cwd: str
    pid: int
    environment: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Greeted(wants={self.wants!r}, name={self.name!r})"


async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> Greeted:
    """token: over TCP, which anybody on this machine can reach. Raises Ungreeted."""
    said = await _line(reader)
    if token:
        nonce = said.get("prove")
        if not isinstance(nonce, str):
            raise Ungreeted
        say(writer, {"synthd": SCHEMA, "proof": proof(token, nonce)})
        said = await _line(reader)
        if not compare_digest(
            str(said.get("token", "")).encode("utf-8", "replace"), token.encode()
        ):
            raise Ungreeted
    return _greeted(said)


def welcome(writer: asyncio.StreamWriter, build: str) -> None:
    say(writer, {"synthd": SCHEMA, "ok": True, "pid": os.getpid(), "build": build})


def refuse(writer: asyncio.StreamWriter, why: Ungreeted) -> None:
    if str(why):
        said: dict[str, object] = {"synthd": SCHEMA, "ok": False, "why": str(why)}
        say(writer, said | ({"again": True} if why.again else {}))


def say(writer: asyncio.StreamWriter, message: Mapping[str, object]) -> None:
    writer.write(json.dumps(message).encode("ascii") + b"\n")


async def _line(reader: asyncio.StreamReader) -> Mapping[str, object]:
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise Ungreeted("the hello is too long: is the environment that large?") from None
    except (asyncio.IncompleteReadError, OSError):
        raise Ungreeted from None
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise Ungreeted("this is no hello of a client of synthd") from None
    if not isinstance(said, dict):
        raise Ungreeted("this is no hello of a client of synthd")
    return said


def _greeted(said: Mapping[str, object]) -> Greeted:
    if said.get("synthd") != SCHEMA:
        raise Ungreeted(f"this daemon speaks version {SCHEMA} of the hello")
    wants, environment, pid = said.get("wants"), said.get("environment", {}), said.get("pid", 0)
    if wants not in WANTS:
        raise Ungreeted(f"a client wants one of {', '.join(WANTS)}")
    if not isinstance(environment, dict) or not all(
        isinstance(value, str) for value in environment.values()
    ):
        raise Ungreeted("the hello's environment must map names to texts")
    return Greeted(
        str(wants),
        _text(said.get("name"))[:LONGEST_NAME],
        _text(said.get("cwd")),
        pid if isinstance(pid, int) and not isinstance(pid, bool) else 0,
        environment,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
