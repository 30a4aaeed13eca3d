"""Ending a daemon from outside, of whatever build, until it is gone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from synthd.daemon.service.instance import Other, look
from synthd.daemon.thin.asking import ask
from synthd.daemon.thin.dial import connect
from synthd.daemon.thin.errors import Unreachable
from synthd.daemon.thin.hello import Broken, Hello

ANSWER, ANSWER_NOW = 10.0, 2.0  # seconds; after the second there are signals
POLITE = 25.0  # seconds after it was told to end at once; it gives itself 20
TERM = 2.0
LOOK = 0.02


class Stays(Exception):
    """It could not be ended: why, and what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """jobs: the ids of those that it finishes first."""

    jobs: tuple[str, ...] = ()


def end(other: Other, *, now: bool, told: Callable[[Asked], None]) -> None:
    """Returns once its process has let go of its lock. Raises Stays. told: what it answered."""
    try:
        asked = _ask(other, now)
    except Unreachable as why:
        if not now:
            raise Stays(f"{why}: `synthd daemon stop --now` ends it anyway") from None
    else:
        told(asked)
        if _gone(other, POLITE if now else None):
            return
    # Its lock is held, so whoever noted its pid there lives, and the pid is no other process's.
    for name, patience in ((signal.SIGTERM, TERM), (signal.SIGKILL, TERM)):
        holder = look(other.files)
        if holder is None:
            return
        if holder.pid <= 0:
            raise Stays(f"whoever holds {other.files.held} does not say its pid")
        os.kill(holder.pid, name)
        if _gone(other, patience):
            return
    raise Stays(f"process {other.pid} cannot be ended")


def _ask(other: Other, now: bool) -> Asked:
    """Raises Unreachable."""
    # It is another build's, maybe: it is told nothing of this environment.
    hello = Hello("control", {}, "/", "stop")
    patience = ANSWER_NOW if now else ANSWER
    try:
        connected = connect(other.files, hello, time.monotonic() + patience)
    except Broken as broken:
        raise Unreachable(f"the daemon (pid {other.pid}) gives no answer: {broken}") from None
    if connected is None:
        raise Unreachable(f"the daemon (pid {other.pid}) does not listen")
    with connected.socket as connection:
        said = ask(connection, "daemon.stop", {"now": now}, patience)
    jobs = said.get("jobs")
    return Asked(tuple(map(str, jobs)) if isinstance(jobs, list) else ())


def _gone(other: Other, patience: float | None) -> bool:
    until = None if patience is None else time.monotonic() + patience
    while (holder := look(other.files)) is not None and holder.pid in (0, other.pid):
        if until is not None and time.monotonic() > until:
            return False
        time.sleep(LOOK)
    return True
