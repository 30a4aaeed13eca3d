"""Slots of models, lent for one call each: interactive before batch, fair between clients, then
between jobs.

A free slot goes to the client that holds the fewest of this model's slots; among equals, to the one
that was served longest ago; then by the same rule to one of its jobs, and there to the call that
came first. As a call lasts seconds, nothing that is lent is ever taken back before its time: an
interactive call waits for the end of one call at most where all slots are lent.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from synthd.daemon.jobs.queue import ORDER
from synthd.daemon.jobs.states import Priority


@dataclass(frozen=True, slots=True)
class Model:
    """Whose slots they are: two jobs that ask the same model at the same place share them."""

    endpoint: str
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """One wish for a slot. job and lease say which; both come again in what is granted."""

    model: Model
    job: str
    lease: int
    client: str
    priority: Priority


@dataclass(slots=True)
class Slots:
    """Those of one model."""

    limit: int = 1
    waiting: dict[tuple[str, int], Call] = field(default_factory=dict)  # in the order they came
    held: dict[tuple[str, int], Call] = field(default_factory=dict)
    served: dict[str, int] = field(default_factory=dict)  # of a client, or of a job: when last
    clock: int = 0

    def grant(self) -> list[Call]:
        granted = []
        while self.waiting and len(self.held) < self.limit:
            call = self._next()
            key = (call.job, call.lease)
            del self.waiting[key]
            self.held[key] = call
            self.clock += 1
            self.served[_client(call)] = self.served[_job(call)] = self.clock
            granted.append(call)
        self._forget()
        return granted

    def _next(self) -> Call:
        first = next(p for p in ORDER if any(c.priority is p for c in self.waiting.values()))
        clients: dict[str, int] = defaultdict(int)
        jobs: dict[str, int] = defaultdict(int)
        for call in self.held.values():
            clients[_client(call)] += 1
            jobs[_job(call)] += 1

        def rank(call: Call) -> tuple[int, int, int, int]:
            client, job = _client(call), _job(call)
            return (
                clients[client],
                self.served.get(client, 0),
                jobs[job],
                self.served.get(job, 0),
            )

        # min is stable: among equals the call that came first.
        return min((c for c in self.waiting.values() if c.priority is first), key=rank)

    def _forget(self) -> None:
        """When somebody was served matters only while that one is here."""
        if len(self.served) > 4 * (len(self.waiting) + len(self.held)) + 64:
            here = {*self.waiting.values(), *self.held.values()}
            known = {name for call in here for name in (_client(call), _job(call))}
            self.served = {name: at for name, at in self.served.items() if name in known}


class Leases:
    def __init__(self) -> None:
        self._models: dict[Model, Slots] = {}

    def limit(self, model: Model, slots: int) -> list[Call]:
        """How many calls of it there may be at once; what that grants. What is lent stays lent."""
        if slots < 1:
            raise ValueError("a model takes at least one call at once")
        held = self._models.setdefault(model, Slots())
        held.limit = slots
        return held.grant()

    def ask(self, call: Call) -> list[Call]:
        """What is granted now: this call, or nothing."""
        slots = self._models.setdefault(call.model, Slots())
        key = (call.job, call.lease)
        if key in slots.waiting or key in slots.held:
            raise ValueError(f"job {call.job} has asked for lease {call.lease} before")
        slots.waiting[key] = call
        return slots.grant()

    def release(self, model: Model, job: str, lease: int) -> list[Call]:
        """What is granted to others instead. A call that still waits is withdrawn."""
        slots = self._models.get(model)
        if slots is None:
            return []
        slots.waiting.pop((job, lease), None)
        slots.held.pop((job, lease), None)
        return slots.grant()

    def drop(self, job: str) -> list[Call]:
        """All that a job holds and waits for, as it is over or its worker is gone."""
        granted: list[Call] = []
        for slots in self._models.values():
            for calls in (slots.waiting, slots.held):
                for key in [key for key in calls if key[0] == job]:
                    del calls[key]
            granted += slots.grant()
        return granted

    def held(self, model: Model) -> int:
        slots = self._models.get(model)
        return len(slots.held) if slots else 0


def _client(call: Call) -> str:
    return f"client {call.client}"


def _job(call: Call) -> str:
    return f"job {call.job}"
