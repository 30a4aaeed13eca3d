"""What clients ask of the daemon beside the language server, and how parts of it offer answers.

One connection, one JSON object a line. The first is the client's hello:
    {"synthd": 1, "wants": "control" | "lsp", "environment": {…}, "cwd": …, "pid": …, "name": …}
(with "token" over TCP), answered by {"synthd": 1, "ok": true, "pid": …, "build": …} or
{"synthd": 1, "ok": false, "why": …}. With "lsp" the rest of the connection is the language server
protocol. With "control":
    {"id": 1, "do": "jobs.list", "with": {…}}  →  {"id": 1, "answer": {…}}
                                              or  {"id": 1, "error": {"kind": …, "message": …}}
A stream says {"id": 1, "item": {…}} any number of times before its answer; {"id": 1, "drop": true}
from the client ends it early.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

SCHEMA = 1
Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the other end. environment is the client's own and may hold secrets: it is never
    logged or kept. id is unique to the connection."""

    id: str
    name: str = ""
    cwd: str = ""
    pid: int = 0
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


class Refusal(Exception):
    """What a client is told instead of an answer. kind: for programs, e.g. "unknown_job"."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


Answer = Callable[[Caller, Body], Awaitable[Body]]
Stream = Callable[[Caller, Body], AsyncIterator[Body]]


@dataclass(frozen=True, slots=True)
class Methods:
    """What one part of the daemon answers. Names are `part.verb`."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    streams: Mapping[str, Stream] = field(default_factory=dict)

    def __or__(self, other: Methods) -> Methods:
        return Methods({**self.answers, **other.answers}, {**self.streams, **other.streams})
