"""Workers that are told the last right settings where a file of settings is wrong now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from synthd.daemon.jobs.messages import LastRight, Start
from synthd.daemon.jobs.ports import Worker, Workers


@dataclass(slots=True)
class Configured:
    """files: asked at each start of a worker; replaced once settings are followed."""

    workers: Workers
    files: Callable[[], Sequence[LastRight]] = tuple

    def start(self, start: Start) -> AbstractAsyncContextManager[Worker]:
        return self.workers.start(start.model_copy(update={"files": tuple(self.files())}))
