"""The hook through which tuned calls are drawn: whoever knows a method puts its weights in place.

A tuner belongs to one loaded model and is asked by one thread. Each method's own module has
`tuner(loaded: Loaded) -> Tuner`: fttt.py for Lora, optune/applying.py for Edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import Protocol

from synthd.synth.learning.loading import Loaded
from synthd.synth.models.errors import ModelFailed
from synthd.synth.tuning import Edit, Learned, Lora, Tuning

MODULES: dict[type[Lora] | type[Edit], str] = {
    Lora: "synthd.synth.learning.fttt",
    Edit: "synthd.synth.learning.optune.applying",
}


class CannotTune(ModelFailed):
    """A tuning that this model cannot have: why."""


class Stopped(Exception):
    """Nobody waits for it any more."""


class Tuner(Protocol):
    """Of one loaded model, for one method."""

    def applied(
        self, tuning: Tuning, stopped: Callable[[], bool]
    ) -> AbstractContextManager[tuple[Learned, ...]]:
        """Inside, the model's forward is that of the tuned weights, in evaluation mode (no
        dropout); after it, that of its own, also after an error. Gives what was learned, all
        lessons' in their order, also where it was learned earlier and only kept.

        Learning asks `stopped` between steps and raises Stopped where it is true. Raises
        CannotTune.
        """
        ...


class Tuners:
    """All methods' tuners of one model; a method's module is imported when it is first asked."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._known: dict[type[Lora] | type[Edit], Tuner] = {}

    def applied(
        self, tuning: Tuning | None, stopped: Callable[[], bool]
    ) -> AbstractContextManager[tuple[Learned, ...]]:
        """As Tuner.applied; None: the model's own weights."""
        if tuning is None:
            return nullcontext(())
        if not tuning.lessons:
            raise CannotTune("a tuning needs at least one lesson")
        return self._of(type(tuning.method)).applied(tuning, stopped)

    def _of(self, method: type[Lora] | type[Edit]) -> Tuner:
        if method not in self._known:
            made: Tuner = import_module(MODULES[method]).tuner(self._loaded)
            self._known[method] = made
        return self._known[method]


@contextmanager
def tuned(
    loaded: Loaded, tuning: Tuning | None, stopped: Callable[[], bool] = lambda: False
) -> Iterator[tuple[Learned, ...]]:
    """For one use alone (training, a test): what is kept is lost afterwards."""
    with Tuners(loaded).applied(tuning, stopped) as learned:
        yield learned
