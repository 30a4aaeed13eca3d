"""Whose turn it is: interactive before batch, clients in turn, first come first served in each.

There are `at_once` places for any job, and one more that only an interactive job may take. So:

- a free place goes to a batch job only where no interactive job waits, and one of the `at_once`
  is free;
- batch jobs never hold the last place. Where no interactive job runs, the next one starts at once,
  however many batch jobs there are and however long they take;
- where interactive jobs run already, another one may have to wait for any job to end, and is the
  next to start then.

A second extra place would be a promise about the machine's memory that nobody made.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from synthd.daemon.jobs.states import Priority

ORDER = (Priority.INTERACTIVE, Priority.BATCH)


@dataclass(frozen=True, slots=True)
class Entry:
    job: str
    client: str
    priority: Priority


@dataclass(slots=True)
class Line:
    """The waiting jobs of one priority: clients take turns."""

    _clients: OrderedDict[str, deque[Entry]] = field(default_factory=OrderedDict)

    def add(self, entry: Entry) -> None:
        self._clients.setdefault(entry.client, deque()).append(entry)

    def take(self) -> Entry | None:
        """Of the client whose turn it is; that one then goes to the end of the line."""
        if not self._clients:
            return None
        client, jobs = self._clients.popitem(last=False)
        entry = jobs.popleft()
        if jobs:
            self._clients[client] = jobs
        return entry

    def remove(self, entry: Entry) -> None:
        jobs = self._clients[entry.client]
        jobs.remove(entry)
        if not jobs:
            del self._clients[entry.client]

    def __iter__(self) -> Iterator[Entry]:
        """In the order in which they would be taken."""
        longest = max((len(jobs) for jobs in self._clients.values()), default=0)
        for turn in range(longest):
            yield from (jobs[turn] for jobs in self._clients.values() if turn < len(jobs))


class Queue:
    def __init__(self, at_once: int) -> None:
        if at_once < 1:
            raise ValueError("at least one job must be able to run")
        self.at_once = at_once
        self._waiting: dict[str, Entry] = {}
        self._running: dict[str, Entry] = {}
        self._lines = {priority: Line() for priority in ORDER}

    def add(self, entry: Entry) -> None:
        if entry.job in self:
            raise ValueError(f"job {entry.job} is queued already")
        self._waiting[entry.job] = entry
        self._lines[entry.priority].add(entry)

    def take(self) -> Entry | None:
        """The next job that may start now; it has a place until `free`."""
        for priority in ORDER:
            if len(self._running) < self._places(priority):
                entry = self._lines[priority].take()
                if entry is not None:
                    del self._waiting[entry.job]
                    self._running[entry.job] = entry
                    return entry
        return None

    def withdraw(self, job: str) -> bool:
        """Whether it was still waiting; then it no longer is."""
        entry = self._waiting.pop(job, None)
        if entry is None:
            return False
        self._lines[entry.priority].remove(entry)
        return True

    def free(self, job: str) -> None:
        """Its place, once nothing of it runs any more."""
        del self._running[job]

    def ahead(self) -> dict[str, int]:
        """Of every waiting job, how many are taken before it if nothing else comes."""
        order = (entry for priority in ORDER for entry in self._lines[priority])
        return {entry.job: place for place, entry in enumerate(order)}

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def running(self) -> int:
        return len(self._running)

    def __contains__(self, job: str) -> bool:
        return job in self._waiting or job in self._running

    def _places(self, priority: Priority) -> int:
        return self.at_once + (1 if priority is Priority.INTERACTIVE else 0)
