"""`synthd lsp`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import typer

from synthd.lsp.server import serve_stdio

if TYPE_CHECKING:
    from synthd.lsp.engine import Engine


def main() -> NoReturn:
    raise typer.Exit(serve_stdio(_engine))


def _engine() -> Engine:
    # An editor starts the server with every window; the search is imported with its first job.
    from synthd.daemon.engine import LocalEngine

    return LocalEngine()
