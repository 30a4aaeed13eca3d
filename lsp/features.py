"""What the server shows of functions beyond their jobs; synthd.lsp.server calls `register`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthd.lsp.server import Server


def register(server: Server) -> None:
    """Add features, and set server.verifications and server.virtual (synthd.lsp.presented)."""
