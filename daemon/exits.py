"""Exit codes, the same for every command, and the failures that carry one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    VERIFIED = 0
    UNSOLVED = 1  # or refuted
    USAGE = 2
    ENVIRONMENT = 3  # something is missing; the message has the one command that fixes it
    UNDECIDED = 4
    INTERRUPTED = 130


# The exit code of several results is the first of these that occurs: what needs the user most.
URGENCY = (Exit.INTERRUPTED, Exit.ENVIRONMENT, Exit.USAGE, Exit.UNSOLVED, Exit.UNDECIDED)


def worst(codes: Iterable[Exit]) -> Exit:
    seen = set(codes)
    return next((code for code in URGENCY if code in seen), Exit.VERIFIED)


class Failure(Exception):
    """Ends a command, or one function of it. str() is for the user: what, where, what to do.

    Failure
    ├── BadInput   the user asked for something that cannot be; exit 2
    │   └── Uncalled   there are checks, and none of them is about the function
    └── Missing    the environment lacks something; exit 3
        └── Stalled    the model does not answer now, and could later
    """

    code = Exit.ENVIRONMENT


class BadInput(Failure):
    code = Exit.USAGE


class Uncalled(BadInput):
    pass


class Missing(Failure):
    code = Exit.ENVIRONMENT


class Stalled(Missing):
    pass
