"""One question to the daemon, one answer."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping

from synthd.daemon.thin.errors import Unreachable

CHUNK = 1 << 16


def ask(
    connection: socket.socket, what: str, told: Mapping[str, object], patience: float
) -> Mapping[str, object]:
    """On a control connection that is used for nothing else. Raises Unreachable, also for an
    error of the daemon's."""
    until = time.monotonic() + patience
    answer = b""
    try:
        request = json.dumps({"id": 1, "do": what, "with": dict(told)}).encode("ascii")
        connection.settimeout(patience)
        connection.sendall(request + b"\n")
        while not answer.endswith(b"\n"):
            connection.settimeout(max(0.001, until - time.monotonic()))
            piece = connection.recv(CHUNK)
            if not piece:
                raise Unreachable("the daemon hung up before it answered")
            answer += piece
        said = json.loads(answer)
    except OSError as error:
        raise Unreachable(f"the daemon does not answer ({type(error).__name__})") from None
    if "answer" not in said:
        raise Unreachable(str(said.get("error", {}).get("message", "the daemon gave no answer")))
    found = said["answer"]
    return found if isinstance(found, dict) else {}
