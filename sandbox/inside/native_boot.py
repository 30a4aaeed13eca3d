"""First code inside for a compiled candidate: `python -I -S -B native_boot.py CONFIG`."""

from __future__ import annotations

import json
import os
import sys
import types


def _packages(here: str) -> None:
    """Only this folder, under its usual name; the rest of the package is not shown in here."""
    for name, path in (
        ("synthd", os.path.join(here, "nowhere")),
        ("synthd.sandbox", os.path.join(here, "nowhere")),
        ("synthd.sandbox.inside", here),
    ):
        package = types.ModuleType(name)
        package.__path__ = [path]
        sys.modules[name] = package


def main() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    _packages(here)
    from synthd.sandbox.inside.native_supervisor import Supervisor

    Supervisor(json.loads(sys.argv[1])).run()


if __name__ == "__main__":
    main()
