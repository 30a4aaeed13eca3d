"""Who is drawn when: one thread that has the model, and calls that come from others.

Calls are served in the order in which they came. Those whose tuning is the one at work join its
batch between two tokens, as long as none that came before them waits for another tuning.
"""

from __future__ import annotations

import os
import threading
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import torch

from synthd.synth.learning.chat import stops
from synthd.synth.learning.drawing.batch import Batch
from synthd.synth.learning.drawing.calls import Call, Counts, Failed
from synthd.synth.learning.drawing.kept import Prompts
from synthd.synth.learning.drawing.saying import Voice
from synthd.synth.learning.loading import Loaded
from synthd.synth.learning.tuned import CannotTune, Stopped, Tuners
from synthd.synth.tuning import Learned, Tuning

GIVEN_UP_EVERY = 0.5  # seconds; how often those who wait are looked at while there is nothing to do


@dataclass(frozen=True, slots=True, eq=False)
class Errand:
    """Something to do with the model while nothing is drawn and no tuning is on it."""

    work: Callable[[Loaded], str]
    result: Future[str]


class Scheduler:
    """Started by its maker; runs until the process ends. slots: calls in one batch at most.
    kept: tokens of prompts that are remembered."""

    def __init__(self, loaded: Loaded, slots: int, kept: int) -> None:
        self._loaded = loaded
        self._slots = slots
        voice, ends = Voice(loaded.tokenizer), stops(loaded.model, loaded.tokenizer)
        self._batch = Batch(loaded, voice, ends, Prompts(kept))
        self._tuners = Tuners(loaded)
        self._waiting: deque[Call | Errand] = deque()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="drawing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def draw(self, call: Call) -> None:
        """Tells of it through the call; never waits."""
        self._put(call)

    def do(self, work: Callable[[Loaded], str]) -> str:
        """Waits until it is done."""
        errand = Errand(work, Future())
        self._put(errand)
        return errand.result.result()

    def counts(self) -> Counts:
        with self._changed:
            return Counts(
                len(self._batch.rows), len(self._waiting), self._batch.drawn, self._batch.read
            )

    def _put(self, what: Call | Errand) -> None:
        with self._changed:
            self._waiting.append(what)
            self._changed.notify()

    def _run(self) -> None:
        while True:
            match self._next():
                case Errand() as errand:
                    self._take()
                    _done(errand, self._loaded)
                case Call() as call:
                    self._with_tuning(call.tuning)

    def _with_tuning(self, tuning: Tuning | None) -> None:
        """All calls with it that may be served now."""
        try:
            with self._tuners.applied(tuning, lambda: self._nobody_wants(tuning)) as learned:
                self._serve(tuning, learned)
        except Stopped:
            self._forget_given_up()
        except Exception as error:
            failed = _failure(error)
            for call in self._take_all(tuning):
                call.told.put(failed)

    def _serve(self, tuning: Tuning | None, learned: tuple[Learned, ...]) -> None:
        batch = self._batch
        while True:
            batch.drop_given_up()
            while len(batch.rows) < self._slots and (call := self._take_with(tuning)):
                self._begin(call, learned)
            if not batch.rows:
                return
            self._step()

    def _begin(self, call: Call, learned: tuple[Learned, ...]) -> None:
        try:
            self._batch.add(call, learned)
        except Exception as error:
            call.told.put(_failure(error))

    def _step(self) -> None:
        try:
            self._batch.step()
        except Exception as error:
            failed = _failure(error)
            for row in self._batch.rows:
                row.call.told.put(failed)
            self._batch.clear()

    def _next(self) -> Call | Errand:
        """Waits for it, and leaves it where it is."""
        while True:
            self._forget_given_up()
            with self._changed:
                if self._waiting:
                    return self._waiting[0]
                self._changed.wait(GIVEN_UP_EVERY)

    def _take(self) -> None:
        with self._changed:
            self._waiting.popleft()

    def _take_with(self, tuning: Tuning | None) -> Call | None:
        self._forget_given_up()
        with self._changed:
            head = self._waiting[0] if self._waiting else None
            if not isinstance(head, Call) or head.tuning != tuning:
                return None
            self._waiting.popleft()
            return head

    def _take_all(self, tuning: Tuning | None) -> list[Call]:
        with self._changed:
            found = [
                each for each in self._waiting if isinstance(each, Call) and each.tuning == tuning
            ]
            self._waiting = deque(each for each in self._waiting if each not in found)
            return found

    def _forget_given_up(self) -> None:
        with self._changed:
            self._waiting = deque(
                each
                for each in self._waiting
                if not (isinstance(each, Call) and each.given_up.is_set())
            )

    def _nobody_wants(self, tuning: Tuning | None) -> bool:
        with self._changed:
            return all(
                each.given_up.is_set()
                for each in self._waiting
                if isinstance(each, Call) and each.tuning == tuning
            )


def _done(errand: Errand, loaded: Loaded) -> None:
    try:
        errand.result.set_result(errand.work(loaded))
    except Exception as error:
        errand.result.set_exception(error)


def _failure(error: Exception) -> Failed:
    if isinstance(error, CannotTune):
        return Failed("cannot_tune", str(error))
    traceback.print_exception(error, limit=4)
    if isinstance(error, torch.AcceleratorError):
        os._exit(1)  # the device is of no use to this process any more: the next one finds it whole
    said = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate memory" in said:
        return Failed("out_of_memory", f"{said}; ask for fewer at once, or take a smaller model")
    return Failed("engine_error", said)
