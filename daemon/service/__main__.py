"""`python -P -m synthd.daemon.service`: what a client starts."""

from __future__ import annotations

import sys


def main() -> int:
    from synthd.daemon.service.process import Start, run

    arguments = sys.argv[1:]
    notify = int(arguments[arguments.index("--notify") + 1]) if "--notify" in arguments else None
    return run(Start(detach="--detach" in arguments, notify=notify))


if __name__ == "__main__":
    sys.exit(main())
