"""What can be wrong with a Rust file or with the name of a function in it."""

from __future__ import annotations


class RustSourceError(Exception):
    """The file does not say what was asked for. The message tells the user what it does say."""


class NoVerus(RustSourceError):
    """The file has no `verus! { }`."""


class NoSuchFunction(RustSourceError):
    """No function has this path."""


class AmbiguousPath(RustSourceError):
    """Several functions have this path."""


class NotNested(RustSourceError):
    """Brackets, a literal or a comment of the function have no end."""
