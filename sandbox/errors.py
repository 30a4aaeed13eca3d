"""Why nothing could be judged.

SandboxError
├── SandboxUnavailable   this machine offers no isolation; the message has the remedy
├── InterpreterUnusable  the project's Python does not start
└── SandboxBroken        the sandbox ended by itself
"""

from __future__ import annotations


class SandboxError(Exception):
    """The world is broken, not the candidate. str() is one line for the user."""


class SandboxUnavailable(SandboxError):
    pass


class InterpreterUnusable(SandboxError):
    pass


class SandboxBroken(SandboxError):
    pass
