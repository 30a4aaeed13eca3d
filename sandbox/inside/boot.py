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
from collections.abc import Callable
from typing import Any


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
    _common()
    serve = _server(config)
    for name in [name for name in sys.modules if name.split(".")[0] == "synthd"]:
        del sys.modules[name]
    sys.path[:0] = config["roots"]
    sys.argv[:] = [""]
    serve()


def _common() -> None:
    """What generated code often imports; forked children have it for nothing. Not asyncio: its
    megabytes would make every fork slower."""
    import bisect  # noqa: F401
    import collections.abc  # noqa: F401
    import copy  # noqa: F401
    import dataclasses  # noqa: F401
    import functools  # noqa: F401
    import hashlib  # noqa: F401
    import heapq  # noqa: F401
    import itertools  # noqa: F401
    import math  # noqa: F401
    import operator  # noqa: F401
    import random  # noqa: F401
    import statistics  # noqa: F401
    import string  # noqa: F401
    import typing  # noqa: F401


def _server(config: dict[str, Any]) -> Callable[[], None]:
    role = config["role"]
    if role["name"] == "candidates":
        from synthd.sandbox.inside import candidates

        return lambda: candidates.serve(role["descriptor"], role["limits"], config["scratch"])
    if role["name"] == "tester":
        from synthd.sandbox.inside import bulk

        return lambda: bulk.serve(role["descriptor"], role["limits"], config["scratch"])
    from synthd.sandbox.inside.runner import Runner

    return Runner(config["directory"], config["scratch"]).run


if __name__ == "__main__":
    main()
