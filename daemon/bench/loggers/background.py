"""A logger whose slowness and failures are not the run's: a thread of its own does the telling."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.synth.models.scrub import without_secrets

# Of results that wait to be told. A service that is slower than this is given up.
_MOST = 100_000
_ENDING = 90.0  # seconds that a service has at the end


class Sink(Protocol):
    """A service. Each may block and raise anything; all are called by one thread."""

    def begun(self, experiment: Experiment) -> None: ...

    def sample(self, finished: Finished) -> None: ...

    def ended(self) -> None:
        """Also where the run was cut off."""
        ...


@dataclass(frozen=True, slots=True)
class _Begun:
    experiment: Experiment


@dataclass(frozen=True, slots=True)
class _Ended:
    pass


class Background:
    """Never raises. What fails is told once, and no more goes there.

    name: for the user. secrets: what must not be in what is told.
    """

    def __init__(
        self, name: str, sink: Sink, told: Callable[[str], None], secrets: tuple[str, ...] = ()
    ) -> None:
        self._name = name
        self._sink = sink
        self._told = told
        self._secrets = secrets
        self._waiting: queue.Queue[_Begun | Finished | _Ended] = queue.Queue(_MOST)
        self._failed = threading.Event()
        # A daemon: whoever is killed waits for no service.
        self._thread = threading.Thread(target=self._work, name=f"synthd-{name}", daemon=True)

    def begun(self, experiment: Experiment) -> None:
        if not self._thread.is_alive():
            self._thread.start()
            self._put(_Begun(experiment))

    def finished(self, finished: Finished) -> None:
        self._put(finished)

    def ended(self) -> None:
        """Waits until all is told, for a while. Call it in a thread where a loop runs. Twice is as
        good as once."""
        if not self._thread.is_alive():
            return
        self._put(_Ended())
        self._thread.join(_ENDING)
        if self._thread.is_alive():
            self._fail(f"not all was told within {_ENDING:g} s")

    def _put(self, what: _Begun | Finished | _Ended) -> None:
        if self._failed.is_set() and not isinstance(what, _Ended):
            return
        try:
            self._waiting.put_nowait(what)
        except queue.Full:
            self._fail(f"it is {_MOST} results behind")

    def _work(self) -> None:
        begun = False
        while not isinstance(what := self._waiting.get(), _Ended):
            if self._failed.is_set():
                continue
            try:
                if isinstance(what, _Begun):
                    begun = True
                    self._sink.begun(what.experiment)
                else:
                    self._sink.sample(what)
            except Exception as error:
                self._fail(_said(error))
        if begun:
            try:
                self._sink.ended()
            except Exception as error:
                self._fail(_said(error))

    def _fail(self, why: str) -> None:
        if not self._failed.is_set():
            self._failed.set()
            why = without_secrets(why, *self._secrets)
            self._told(f"{self._name}: {why}; nothing more is told there, and the run goes on")


def _said(error: Exception) -> str:
    lines = " ".join(str(error).split())
    return f"{type(error).__name__}: {lines}"[:400] if lines else type(error).__name__
