"""Patience with a model: deadlines and retries, the same for every backend.

Only what may go away by itself is tried again, and only while nothing of the answer has
arrived: a second try after that would cost more than `max_tokens` allows.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from synthd.synth.models.errors import ModelError, ModelFailed, Unavailable
from synthd.synth.models.stream import Collector, Piece
from synthd.synth.ports import Completion, Prompt


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often. Seconds.

    The first token waits for the whole prompt to be read: minutes on a slow processor.
    """

    first_token: float = 120.0
    next_token: float = 60.0
    tries: int = 3
    pause: float = 0.5  # before the second try; doubles for each further one
    longest_pause: float = 10.0


class Transient(Exception):
    """It may work in a moment. `error` is what the user is told once the tries are used up."""

    def __init__(self, error: ModelError, retry_after: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after


Open = Callable[[], AsyncGenerator[Piece, None]]


async def patiently(
    model: str, open_stream: Open, prompt: Prompt, heard: Callable[[str], None], patience: Patience
) -> Completion:
    """Draw one completion from the streams that open_stream opens.

    open_stream's generators raise Transient or a ModelError. Raises ModelError only.
    """
    for attempt in range(patience.tries):
        collector = Collector(prompt, heard)
        try:
            return await once(model, open_stream, collector, patience)
        except Transient as failure:
            if collector.started or attempt + 1 == patience.tries:
                raise failure.error from failure.__cause__
            await asyncio.sleep(_pause(attempt, failure, patience))
    raise ModelFailed(f"{model} was not tried at all")


async def once(
    model: str, open_stream: Open, collector: Collector, patience: Patience
) -> Completion:
    """One try. Raises Transient or a ModelError."""
    await _read(model, open_stream, collector, patience)
    return collector.completion(model)


async def _read(model: str, open_stream: Open, collector: Collector, patience: Patience) -> None:
    async with aclosing(open_stream()) as pieces:
        while True:
            seconds = patience.next_token if collector.started else patience.first_token
            try:
                async with asyncio.timeout(seconds):
                    piece = await anext(pieces, None)
            except TimeoutError:
                raise Transient(_silent(model, collector, seconds)) from None
            if piece is None:
                break
            collector.add(piece)
    if not collector.ended:
        raise Transient(Unavailable(f"{model}: the connection ended before the answer did"))


def _silent(model: str, collector: Collector, seconds: float) -> Unavailable:
    when = "stopped in the middle of its answer" if collector.started else "did not begin to answer"
    return Unavailable(
        f"{model} {when} for {seconds:g} s: try a smaller model, or a shorter context"
    )


def _pause(attempt: int, failure: Transient, patience: Patience) -> float:
    """Exponential, with jitter so that parallel calls do not come back all at once."""
    pause = patience.pause * (1 << attempt) * random.uniform(0.5, 1.5)
    return min(max(pause, failure.retry_after), patience.longest_pause)
