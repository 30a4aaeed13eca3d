"""Which processes a process has started, and those started in turn, as far as /proc tells."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Member:
    """started: by which a number that came again is told from the one that was meant."""

    pid: int
    started: int


def below(pid: int) -> list[Member]:
    """All descendants; none where there is no /proc."""
    children: dict[int, list[Member]] = {}
    for parent, member in _all():
        children.setdefault(parent, []).append(member)
    found: list[Member] = []
    todo = [pid]
    while todo:
        for member in children.get(todo.pop(), []):
            found.append(member)
            todo.append(member.pid)
    return found


def alive(members: Iterable[Member]) -> list[Member]:
    """Those that run; one that is dead and not yet waited for does not."""
    now = {member for _, member in _all()}
    return [member for member in members if member in now]


def end(members: Iterable[Member]) -> None:
    for member in alive(members):
        with contextlib.suppress(OSError):
            os.kill(member.pid, signal.SIGKILL)


def _all() -> Iterator[tuple[int, Member]]:
    """(parent, process) of everything that runs."""
    try:
        names = os.listdir(PROC)
    except OSError:
        return
    for name in names:
        if not name.isdigit():
            continue
        try:
            with open(PROC / name / "stat", "rb") as file:
                told = file.read().rpartition(b")")[2].split()
        except OSError:
            continue
        if told[0] not in (b"Z", b"X"):
            yield int(told[1]), Member(int(name), int(told[19]))
