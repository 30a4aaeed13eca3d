"""What a forked child does before it becomes a compiler or a candidate: give everything up."""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import sys
from typing import Any

from synthd.sandbox.inside import landlock, native_filter

_PR_SET_PDEATHSIG = 1
FAULT = 63  # where it says why it could not become anything; exec closes it


class Role:
    """What a child is to become, prepared once and before any fork: a program's rows are many."""

    def __init__(
        self,
        argv: list[str],
        environment: dict[str, str],
        directory: str,
        grants: list[list[str]] | None,
        confinement: str,
    ) -> None:
        """grants: for Landlock. confinement: compiler, program, or none at all."""
        self.directory = directory
        self.grants = grants
        self.launch = native_filter.Launch(argv, environment)
        self.libc = ctypes.CDLL(None)
        self.filter: native_filter.Filter | None = None
        if confinement:
            compiles = confinement == "compiler"
            made = native_filter.for_program
            self.filter = native_filter.for_compiler() if compiles else made(self.launch)


def become(role: Role, order: dict[str, Any], ends: dict[int, int], parent: int) -> None:
    """ends: what its descriptors 0, 1, 2 and perhaps one more are. Never returns."""
    try:
        os.setsid()
        if sys.platform == "linux":
            role.libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(70)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)  # Python ignores them, and exec keeps that
        _rearrange(ends)
        os.chdir(role.directory)
        if role.grants is not None:
            landlock.confine(role.grants)
        _limit(order)
        if role.filter is not None:
            role.filter.install()
        role.launch.go()
    except BaseException as error:
        os.write(FAULT, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(71)


def _rearrange(ends: dict[int, int]) -> None:
    """Away from the numbers that are wanted first, then to them."""
    high = {want: _above(have, 64) for want, have in ends.items()}
    for want, have in high.items():
        os.dup2(have, want, inheritable=want != FAULT)
    top = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1 << 16)
    last = 0  # always among them
    for kept in [*sorted(ends)[1:], top]:
        os.closerange(last + 1, kept)
        last = kept


def _above(descriptor: int, least: int) -> int:
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, least)


def _limit(order: dict[str, Any]) -> None:
    """The number of processes is left alone: it counts the user's other ones. A candidate cannot
    fork, and its threads are counted from outside."""
    seconds = int(order["cpu_seconds"]) + 2  # the clock outside is finer, this one is a net
    for what, amount in (
        (resource.RLIMIT_AS, order["memory_bytes"]),
        (resource.RLIMIT_FSIZE, order["file_bytes"]),
        (resource.RLIMIT_NOFILE, order["open_files"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
    ):
        hard = resource.getrlimit(what)[1]
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    if hard == resource.RLIM_INFINITY or hard > order["stack_bytes"]:
        resource.setrlimit(resource.RLIMIT_STACK, (order["stack_bytes"], hard))
