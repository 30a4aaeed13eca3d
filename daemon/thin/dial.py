"""A connection to this build's daemon, which is started if there is none.

Many clients may come at the same moment: the lock is taken before anything is started, so that one
of them starts it, and the others connect as soon as it listens.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from typing import NamedTuple

from synthd.daemon.thin import address, locks
from synthd.daemon.thin.address import Files, Tcp
from synthd.daemon.thin.build import identity
from synthd.daemon.thin.errors import NotRunning, Unreachable
from synthd.daemon.thin.hello import Broken, Hello, greet
from synthd.daemon.thin.peers import check_peer
from synthd.daemon.thin.places import log_file, runtime_folder

PATIENCE = 30.0  # seconds for all of it
ANSWER = 10.0  # seconds until a daemon that took the connection has answered
FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.3  # seconds between tries


class Connected(NamedTuple):
    """The socket blocks, and nothing has been read from it beyond the daemon's answer."""

    socket: socket.socket
    pid: int
    build: str


def dial(
    wants: str,
    *,
    name: str = "",
    environment: Mapping[str, str] | None = None,
    start: bool = True,
    patience: float = PATIENCE,
) -> Connected:
    """wants: "control" or "lsp". environment: what the daemon is told as the client's, if not this
    process's own; where the daemon is, it may say, and need not. Raises Unreachable, whose text
    says what to do."""
    hello = Hello(wants, dict(os.environ if environment is None else environment), _cwd(), name)
    where = {**os.environ, **(environment or {})}
    until = time.monotonic() + patience
    pause, why, started = FIRST_PAUSE, "", False
    while True:
        build = identity()  # each time: files may change under a start
        found = address.files(runtime_folder(where), build)
        try:
            if connected := connect(found, hello, min(until, time.monotonic() + ANSWER)):
                return connected
            why = "nothing listens"
        except Broken as broken:
            why = str(broken)
        if not start and not locks.is_held(found.held):
            raise NotRunning("no daemon of this build of synthd runs: synthd daemon start")
        if time.monotonic() >= until:
            raise Unreachable(_in_vain(why, patience, where, started))
        if start and (lock := locks.take(found.start)):
            try:
                if _start(found, where, until):
                    started = True
                    continue
            finally:
                lock.release()
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, 2 * pause)


def connect(found: Files, hello: Hello, until: float) -> Connected | None:
    """With the daemon of any build, if one listens there. Raises Broken and Unreachable."""
    # The daemon decided which kind of socket it is.
    if hasattr(socket, "AF_UNIX") and os.path.lexists(found.socket):
        return _greeted(_unix_socket(found), hello, None, until)
    tcp = address.read_tcp(found)
    return _greeted(_tcp_socket(tcp), hello, tcp, until) if tcp else None


def _greeted(
    connection: socket.socket | None, hello: Hello, tcp: Tcp | None, until: float
) -> Connected | None:
    if connection is None:
        return None
    try:
        answer = greet(connection, hello, tcp, until)
        connection.settimeout(None)
    except BaseException:
        connection.close()
        raise
    return Connected(connection, answer.pid, answer.build)


def _unix_socket(found: Files) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(ANSWER)
        connection.connect(address.unix_path(found))
        check_peer(connection)
    except OSError:
        connection.close()
        return None
    except BaseException:
        connection.close()
        raise
    return connection


def _tcp_socket(tcp: Tcp) -> socket.socket | None:
    try:
        return socket.create_connection((address.LOOPBACK, tcp.port), timeout=ANSWER)
    except OSError:
        return None


def _start(found: Files, environment: Mapping[str, str], until: float) -> bool:
    """Whether this process had to start one. Raises Unreachable when it does not come up."""
    if locks.is_held(found.held):
        return False  # one lives already: it is about to listen, or about to end
    from synthd.daemon.thin.starting import start_daemon

    start_daemon(environment, until)
    return True


def _in_vain(why: str, patience: float, environment: Mapping[str, str], started: bool) -> str:
    what = "was started, but" if started else "exists, but"
    return (
        f"the daemon {what} could not be reached within {patience:.0f} s ({why}). Try "
        f"`synthd daemon restart --now`; what it said is in {log_file(environment)}"
    )


def _cwd() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been deleted
        return "/"
