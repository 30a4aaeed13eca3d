"""The first words on a connection: the client's hello and the daemon's answer, a line each.

Over TCP the daemon has to prove first that it knows the token. Anybody may listen on the port of a
daemon that is gone, and the hello that follows holds a whole environment.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Mapping
from typing import NamedTuple

from synthd.daemon.thin.address import Tcp
from synthd.daemon.thin.errors import Unreachable, Unsafe

SCHEMA = 1
HELLO_LIMIT = 1 << 20  # bytes
LONGEST_ANSWER = 1 << 16
NONCE = 16  # bytes


class Broken(Exception):
    """The other end hung up or fell silent before it answered; another try may go better."""


class Hello(NamedTuple):
    wants: str  # "control" or "lsp"
    environment: Mapping[str, str]
    cwd: str
    name: str = ""

    def __repr__(self) -> str:
        return f"Hello(wants={self.wants!r}, name={self.name!r})"


class Answer(NamedTuple):
    pid: int
    build: str


def greet(connection: socket.socket, hello: Hello, tcp: Tcp | None, until: float) -> Answer:
    """Raises Broken, or Unreachable where the daemon says no."""
    if tcp is not None:
        _demand_proof(connection, tcp, until)
    said = {
        "synthd": SCHEMA,
        "wants": hello.wants,
        "environment": dict(hello.environment),
        "cwd": hello.cwd,
        "pid": os.getpid(),
        "name": hello.name,
        **({"token": tcp.token} if tcp else {}),
    }
    _send(connection, said, until)
    told = _receive(connection, until)
    if told.get("ok") is True:
        return Answer(_number(told.get("pid")), str(told.get("build", "")))
    if told.get("again") is True:
        raise Broken(str(told.get("why", "")))
    raise Unreachable(f"the daemon refuses: {told.get('why') or 'it does not say why'}")


def proof(token: str, nonce: str) -> str:
    from hmac import digest

    return digest(token.encode(), nonce.encode(), "sha256").hex()


def _demand_proof(connection: socket.socket, tcp: Tcp, until: float) -> None:
    from hmac import compare_digest

    nonce = os.urandom(NONCE).hex()
    _send(connection, {"synthd": SCHEMA, "prove": nonce}, until)
    told = _receive(connection, until)
    if not compare_digest(str(told.get("proof", "")), proof(tcp.token, nonce)):
        raise Unsafe("what listens on the daemon's port is not the daemon: nothing was said to it")


def _send(connection: socket.socket, said: Mapping[str, object], until: float) -> None:
    # ASCII: an environment may hold bytes that are no UTF-8, and escapes carry them unharmed.
    line = json.dumps(said, ensure_ascii=True).encode("ascii") + b"\n"
    if len(line) > HELLO_LIMIT:
        raise Unreachable(f"the environment is too large for the daemon ({len(line)} bytes)")
    try:
        connection.settimeout(_left(until))
        connection.sendall(line)
    except OSError as error:
        raise Broken(f"it hung up ({type(error).__name__})") from None


def _receive(connection: socket.socket, until: float) -> Mapping[str, object]:
    """One line, and not a byte more: what follows belongs to whoever gets the connection."""
    line = b""
    while not line.endswith(b"\n"):
        try:
            connection.settimeout(_left(until))
            ahead = connection.recv(4096, socket.MSG_PEEK)
            piece = connection.recv(ahead.find(b"\n") + 1 or len(ahead)) if ahead else b""
        except OSError as error:
            raise Broken(f"no answer ({type(error).__name__})") from None
        line += piece
        if not piece or len(line) > LONGEST_ANSWER:
            raise Broken("it hung up")
    try:
        told = json.loads(line)
    except ValueError:
        raise Unsafe("what answers on the daemon's address is no daemon of synthd") from None
    return told if isinstance(told, dict) else {}


def _left(until: float) -> float:
    return max(0.001, until - time.monotonic())


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
