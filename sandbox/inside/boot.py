"""First code inside: confine, then make the project's packages importable, then run.

Started as `python -s -S -B boot.py CONFIG`: `-S`, so that not even a `.pth` file of the project
runs before the confinement. The judge's own modules are imported under their usual names and
then forgotten, so that a project may have a `synthd` of its own.
"""

from __future__ import annotations

import json
import os
import sys
import types


def _packages(here: str) -> None:
    for name, path in (
        ("synthd", os.path.join(here, "nowhere")),
        ("synthd.sandbox", os.path.join(here, "nowhere")),
        ("synthd.sandbox.inside", here),
    ):
        package = types.ModuleType(name)
        package.__path__ = [path]
        sys.modules[name] = package


def main() -> None:
    config = json.loads(sys.argv[1])
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    _packages(here)
    from synthd.sandbox.inside import landlock

    if config["landlock"] is not None:
        landlock.confine(config["landlock"])
    import site

    site.ENABLE_USER_SITE = False
    site.main()
    # Common imports of generated code; children inherit them for nothing.
    import bisect  # noqa: F401
    import collections.abc  # noqa: F401
    import copy  # noqa: F401
    import dataclasses  # noqa: F401
    import functools  # noqa: F401
    import heapq  # noqa: F401
    import itertools  # noqa: F401
    import math  # noqa: F401
    import operator  # noqa: F401
    import statistics  # noqa: F401
    import string  # noqa: F401
    import typing  # noqa: F401

    from synthd.sandbox.inside.runner import Runner

    for name in [name for name in sys.modules if name.split(".")[0] == "synthd"]:
        del sys.modules[name]
    sys.path[:0] = config["roots"]
    sys.argv[:] = [""]
    Runner(config["directory"], config["scratch"]).run()


if __name__ == "__main__":
    main()
