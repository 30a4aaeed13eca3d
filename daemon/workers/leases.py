"""A worker's side of the daemon's leases: a slot of the model before each call, back after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from synthd.daemon.jobs.messages import Acquire, Granted, Refused, Release
from synthd.synth.models.errors import ModelFailed


@dataclass(slots=True)
class Lease:
    """Where to ask, for an embedded engine. broken: set where that one did not answer any more."""

    address: str = ""
    key: str = field(default="", repr=False)
    broken: str = ""


class Leases:
    def __init__(self, say: Callable[[Acquire | Release], None]) -> None:
        self._say = say
        self._numbers = count(1)
        self._wanted: dict[int, asyncio.Future[Granted | Refused]] = {}

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Lease]:
        """One call may be made inside. Given back also where it was only waited for. Raises
        ModelFailed where there will be none."""
        number = next(self._numbers)
        wanted = asyncio.get_running_loop().create_future()
        self._wanted[number] = wanted
        self._say(Acquire(lease=number))
        lease = Lease()
        try:
            answer = await wanted
            if isinstance(answer, Refused):
                raise ModelFailed(answer.why)
            lease.address, lease.key = answer.address, answer.key
            yield lease
        finally:
            del self._wanted[number]
            self._say(Release(lease=number, broken=lease.broken))

    def heard(self, answer: Granted | Refused) -> None:
        """One that came too late was given back already."""
        wanted = self._wanted.get(answer.lease)
        if wanted is not None and not wanted.done():
            wanted.set_result(answer)
