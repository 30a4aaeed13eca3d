"""`synthd lsp`: a forwarder to the daemon (daemon/thin/), or everything in this process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from synthd.lsp.engine import Engine


def main(*, no_daemon: bool) -> NoReturn:
    if no_daemon or sys.platform == "win32":
        from synthd.lsp.server import serve_stdio

        raise typer.Exit(serve_stdio(_engine))
    from synthd.daemon.thin.forward import main as forward

    raise typer.Exit(forward())


def _engine() -> Engine:
    # An editor starts the server with every window; the search is imported with its first job.
    from synthd.daemon.engine import LocalEngine

    return LocalEngine()
