"""Values that Hypothesis' strategies give for a seed: the same in every process, and no file is
read or written.

Hypothesis by itself draws constants, too, which it finds in the source of the modules that happen
to be loaded, and keeps these in a folder where the process was started.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

BACKEND = "synthd"


class Apart(HypothesisProvider):
    """Draws as Hypothesis does, with no other constants than its own."""

    _local_constants = Constants()


def drawn(strategy: SearchStrategy[Any], number: int, drawing: int) -> list[Any]:
    """At most `number` values, some more than once. drawing: the seed that decides them."""
    AVAILABLE_PROVIDERS.setdefault(BACKEND, f"{Apart.__module__}.{Apart.__qualname__}")
    found: list[Any] = []

    @seed(drawing)
    @settings(
        max_examples=number,
        backend=BACKEND,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found
