"""Why there is no Verus to run."""

from __future__ import annotations

from synthd.sandbox.errors import SandboxError

RELEASES = "https://github.com/verus-lang/verus/releases"


class VerusMissing(SandboxError):
    """str() says what is missing and how to get it. Nothing is ever downloaded for it."""
