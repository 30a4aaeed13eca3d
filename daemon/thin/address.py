"""Where the daemon of one build listens, and the files that belong to it.

The build is in the name: after an upgrade new clients find no daemon and start one of their own
build, while the old one finishes its jobs.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping
from typing import NamedTuple

from synthd.daemon.thin.build import SHORT
from synthd.daemon.thin.errors import TooLong, Unsafe

LOOPBACK = "127.0.0.1"  # and never another one
LONGEST = 103 if sys.platform == "darwin" else 107  # bytes of a socket's path
TOKEN_FILE_LIMIT = 4096


class Files(NamedTuple):
    """The files of one build's daemon."""

    folder: str
    build: str  # its first characters

    @property
    def socket(self) -> str:
        return self._named("sock")

    @property
    def tcp(self) -> str:
        return self._named("tcp")

    @property
    def held(self) -> str:
        """Locked by the daemon for as long as it lives; says who it is."""
        return self._named("lock")

    @property
    def start(self) -> str:
        """Locked by the one client that is starting a daemon."""
        return self._named("start")

    def _named(self, kind: str) -> str:
        return os.path.join(self.folder, f"{self.build}.{kind}")


class Tcp(NamedTuple):
    """Where Unix sockets are missing. Who can read the file knows the token: this user."""

    port: int
    token: str

    def __repr__(self) -> str:
        return f"Tcp(port={self.port})"


def files(folder: str, build: str) -> Files:
    return Files(folder, build[:SHORT])


def unix_path(found: Files) -> str:
    """Raises TooLong."""
    size = len(os.fsencode(found.socket))
    if size > LONGEST:
        raise TooLong(
            f"the path of the daemon's socket is too long ({size} bytes, the system takes "
            f"{LONGEST}): name a shorter folder in SYNTHD_RUNTIME_DIR"
        )
    return found.socket


def uses_tcp(environment: Mapping[str, str]) -> bool:
    return environment.get("SYNTHD_TCP") == "1" or not hasattr(socket, "AF_UNIX")


def write_tcp(found: Files, tcp: Tcp) -> None:
    """In one step, and readable for this user alone from the first byte on."""
    temporary = f"{found.tcp}.{os.getpid()}"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "w", encoding="ascii") as file:
        json.dump({"schema": 1, "port": tcp.port, "token": tcp.token}, file)
    os.replace(temporary, found.tcp)


def read_tcp(found: Files) -> Tcp | None:
    """None where no daemon says where it is. Raises Unsafe."""
    try:
        fd = os.open(found.tcp, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unsafe(f"{found.tcp} cannot be read ({error.strerror}): remove it") from None
    with os.fdopen(fd, encoding="ascii") as file:
        said = os.fstat(fd)
        if said.st_uid != os.geteuid() or said.st_mode & 0o077:
            raise Unsafe(f"{found.tcp} is not this user's alone: remove it")
        try:
            told = json.loads(file.read(TOKEN_FILE_LIMIT))
            return Tcp(int(told["port"]), str(told["token"]))
        except (ValueError, KeyError, TypeError):
            return None
