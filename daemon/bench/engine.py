"""Where searches run: the port that the local engine, Ray and Slurm implement.

An engine gets keys and gives back what came of each; it keeps nothing. One process alone, the
caller's, writes the log, so whatever dies elsewhere loses at most what was in flight there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from synthd.daemon.bench.record import Key, Kind, Record


@dataclass(frozen=True, slots=True)
class Finished:
    """program: the text of record.program, "" where there is none. events: the lines of the
    search's trace, "" where none are kept. again: of an attempt that broke, that the engine itself
    tries it again, so that its key is still to come."""

    record: Record
    program: str = ""
    events: str = ""
    again: bool = False


def broken(key: Key, error: str, events: str = "", *, again: bool = False) -> Finished:
    """An attempt that broke. again: the engine itself tries it again."""
    record = Record(
        kind=Kind.INFRA,
        suite=key.suite,
        task=key.task,
        strategy=key.strategy,
        model=key.model,
        seed=key.seed,
        sample=key.sample,
        error=error[:2000],
        at=round(time.time(), 1),
    )
    return Finished(record, events=events, again=again)


@dataclass(frozen=True, slots=True)
class Progress:
    """busy: searches that are under way. capacity: how many could be."""

    busy: int
    capacity: int
    note: str = ""


class Engine(Protocol):
    async def run(
        self,
        keys: Iterable[Key],
        finished: Callable[[Finished], None],
        progress: Callable[[Progress], None],
    ) -> None:
        """Search for every key once; `finished` gets each as it comes, in no order. An attempt that
        broke is finished with a record of the kind `infra`: whether it is tried again is the
        caller's business. keys is read no faster than searches begin. Cancelling ends all that
        runs, also elsewhere. Raises Failure where nothing can run at all.
        """
        ...
