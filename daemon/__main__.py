"""`synthd` and `python -m synthd.daemon`."""

from __future__ import annotations


def main() -> None:
    # Here and not at the top: `python -m synthd.daemon` must not import anything before it runs.
    from synthd.daemon.cli.app import app

    app()


if __name__ == "__main__":
    main()
