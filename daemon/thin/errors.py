"""Why there is no daemon to talk to. str() is for the user: what happened, and what to do."""

from __future__ import annotations


class Unreachable(Exception):
    """
    Unreachable
    ├── Unsafe       the runtime folder or the other end is not this user's alone
    ├── TooLong      the socket's path does not fit the system's limit
    └── NotRunning   there is none, and none was to be started
    """


class Unsafe(Unreachable):
    pass


class TooLong(Unreachable):
    pass


class NotRunning(Unreachable):
    pass
