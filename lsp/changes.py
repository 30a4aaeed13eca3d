"""What happens in one editor's session, told to whoever subscribed.

Told in the same turn of the loop: listeners only take note, and start tasks for what takes time.
A listener that fails costs the others nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from synthd.lsp.jobs.table import Job

T = TypeVar("T")
log = logging.getLogger(__name__)


class Signal(Generic[T]):
    def __init__(self) -> None:
        self._listeners: list[Callable[[T], None]] = []

    def subscribe(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Returns what ends it."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def tell(self, what: T) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(what)
            except Exception as failure:  # not its text: it may quote the user's source
                log.error("%s in a listener", type(failure).__name__)


@dataclass(frozen=True, slots=True)
class Changes:
    """opened, changed, saved, closed: a document, by its URI as the editor wrote it. job: started,
    moved to another state, or ended. known: a path whose verdicts may be others now; "" for all.
    connected: the editor's capabilities are there. configured: settings or trust changed. closing:
    the session ends; what was started ends with it."""

    opened: Signal[str] = field(default_factory=Signal)
    changed: Signal[str] = field(default_factory=Signal)
    saved: Signal[str] = field(default_factory=Signal)
    closed: Signal[str] = field(default_factory=Signal)
    job: Signal[Job] = field(default_factory=Signal)
    known: Signal[str] = field(default_factory=Signal)
    connected: Signal[None] = field(default_factory=Signal)
    configured: Signal[None] = field(default_factory=Signal)
    closing: Signal[None] = field(default_factory=Signal)
