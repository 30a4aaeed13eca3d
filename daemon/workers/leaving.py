"""Leaving at once, with everything that was started: for a worker whose daemon is gone."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from synthd.daemon.workers import family

PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """By the kernel, where it can: also while this process is stopped, or holds its interpreter.

    The signal comes when the *thread* that started us ends: the daemon starts workers in the one
    that its loop runs in.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we could ask
        leave()


def leave() -> NoReturn:
    """Sandboxes end by themselves when nobody talks to them; one that is just being set up may
    not, and is ended here."""
    try:
        family.end(family.below(os.getpid()))
    finally:
        os._exit(1)
