"""`synthd` and `python -m synthd.daemon`."""

from __future__ import annotations

import sys


def main() -> None:
    # Here and not at the top: `python -m synthd.daemon` must not import anything before it runs.
    if sys.argv[1:] in (["lsp"], ["lsp", "--stdio"]) and sys.platform != "win32":
        # An editor starts one for each window: it is a forwarder, and should cost nothing.
        from synthd.daemon.thin.forward import main as forward

        sys.exit(forward())
    from synthd.daemon.cli.app import app

    app()


if __name__ == "__main__":
    main()
