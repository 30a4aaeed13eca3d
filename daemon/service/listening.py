"""The socket that clients come to: a Unix one, or a loopback TCP one with a token."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from synthd.daemon.service.instance import remove_address
from synthd.daemon.thin import address
from synthd.daemon.thin.address import Files, Tcp

BACKLOG = 256


@dataclass(frozen=True, slots=True)
class Listener:
    """token: over TCP, what a client has to know."""

    socket: socket.socket
    files: Files
    token: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        if self.token:
            return f"{address.LOOPBACK}:{self.socket.getsockname()[1]}"
        return self.files.socket

    def close(self) -> None:
        """Clients that come from now on find nobody, and start another daemon."""
        remove_address(self.files)
        self.socket.close()


def listen(found: Files, environment: Mapping[str, str]) -> Listener:
    """Only by the holder of the instance's lock: whatever is there is stale. Raises TooLong."""
    remove_address(found)
    if address.uses_tcp(environment):
        return _listen_tcp(found)
    path = address.unix_path(found)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(path)
    listening.listen(BACKLOG)
    return Listener(listening, found)


def _listen_tcp(found: Files) -> Listener:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind((address.LOOPBACK, 0))
    listening.listen(BACKLOG)
    token = secrets.token_urlsafe(32)
    address.write_tcp(found, Tcp(listening.getsockname()[1], token))
    return Listener(listening, found, token)


def listens(found: Files) -> bool:
    """Whether somebody takes connections there."""
    try:
        _touch(found)
    except OSError:
        return False
    return True


def _touch(found: Files) -> None:
    if tcp := address.read_tcp(found):
        socket.create_connection((address.LOOPBACK, tcp.port), timeout=1.0).close()
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried:
        tried.settimeout(1.0)
        tried.connect(address.unix_path(found))
