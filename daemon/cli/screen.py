"""Where text for people goes: results to stdout, everything about them to stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def complain(message: str) -> None:
    """One error, in plain text."""
    print(f"synthd: {message}", file=sys.stderr)


def out() -> Console:
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, emoji=False)


def err() -> Console:
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False)
