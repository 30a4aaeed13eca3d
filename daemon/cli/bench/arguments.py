"""The command as it was typed, for the jobs of a cluster that do a part of it."""

from __future__ import annotations

import sys


def arguments_after(command: str) -> tuple[str, ...]:
    """What follows `synthd bench COMMAND`."""
    given = sys.argv[1:]
    return tuple(given[given.index(command) + 1 :]) if command in given else ()
