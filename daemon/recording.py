"""Searches that are kept, and searches that are only repeated from what was kept."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from synthd.synth.budget import Budget
from synthd.synth.extraction.named import ROBUST
from synthd.synth.models.cached import CachedModel
from synthd.synth.pace import Follower, Free, Pace, Recorder
from synthd.synth.ports import Model
from synthd.synth.problem import Problem
from synthd.synth.resuming import Resuming
from synthd.synth.run import Strategy
from synthd.synth.store import orders
from synthd.synth.store.completions import Completions
from synthd.synth.store.orders import Orders
from synthd.synth.store.steps import Steps


@dataclass(frozen=True, slots=True)
class Recording:
    """replay: no model is asked; what is not there is an error."""

    folder: Path
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Resumable:
    """A job's own folder, from which a later attempt goes on. differs: is told where this attempt
    comes to go another way than the one before."""

    folder: Path
    differs: Callable[[str], None]
    patience: float = 60.0  # seconds in which nothing of a search moves


@dataclass(frozen=True, slots=True)
class Search:
    """What decides how a search goes, as long as its model says the same."""

    problem: Problem
    strategy: Strategy
    budget: Budget
    seed: int
    model: Model
    extraction: str = ROBUST
    verifier: str = ""  # the identity of a learned one

    @property
    def key(self) -> str:
        identity = str(getattr(self.model, "identity", ""))
        if self.verifier:
            identity += f" ranked by {self.verifier}"
        return orders.key(
            self.problem,
            self.strategy,
            self.budget,
            self.seed,
            self.model.name,
            identity,
            self.extraction,
        )


@contextlib.contextmanager
def recorded(
    recording: Recording | Resumable | None, search: Search, spent: float = 0.0
) -> Iterator[tuple[Model, Pace]]:
    """The model and the pace of one search, kept, resumed or replayed as recording says.

    spent: seconds of searching that earlier attempts took. Raises NotKept where it is resumable.
    """
    if recording is None:
        yield search.model, Free()
        return
    if isinstance(recording, Resumable):
        with _resumable(recording, search, spent) as found:
            yield found
        return
    kept, held = Completions(recording.folder / "completions"), Orders(recording.folder / "orders")
    if recording.replay:
        steps = held.get(search.key)
        model = CachedModel(search.model, kept, replay=True, follows=steps is not None)
        # Without its order, its answers may still be there: the first that is not is named.
        yield model, Free() if steps is None else Follower(steps)
        return
    recorder = Recorder()
    try:
        yield CachedModel(search.model, kept), recorder
    finally:
        with contextlib.suppress(OSError):  # the answers are kept; their order is a convenience
            held.put(search.key, recorder.steps)


@contextlib.contextmanager
def _resumable(recording: Resumable, search: Search, spent: float) -> Iterator[tuple[Model, Pace]]:
    steps = Steps.open(recording.folder / "steps" / f"{search.key[:32]}.jsonl", search.key)
    kept = Completions(recording.folder / "completions")
    pace = Resuming(steps, spent, recording.patience, recording.differs)
    try:
        yield CachedModel(search.model, kept, resuming=pace), pace
    finally:
        steps.close()
