"""Why weights could not be had, in words that tell the user what to do.

PullError
├── UnknownWeights  not in the catalogue
├── NoSpace         the disk is too full
├── Unreachable     no source could be reached, or none has them
└── Corrupt         the bytes are not the ones that the catalogue pins
"""

from __future__ import annotations


class PullError(Exception):
    """str() is one line for the user."""


class UnknownWeights(PullError):
    pass


class NoSpace(PullError):
    pass


class Unreachable(PullError):
    pass


class Corrupt(PullError):
    pass
