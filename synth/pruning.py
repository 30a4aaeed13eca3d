"""Programs of which nothing more is to be made: a user's word, which may come at any moment.

It takes its turn among the steps of the search, so that a search that is repeated or resumed is cut
in the same place.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from synthd.synth.attempt import Attempt


class Cut(Exception):
    """A call was about a program that was cut off meanwhile."""


class Pruned(Protocol):
    """A search that goes on (Run)."""

    async def prune(self, node: str) -> None: ...


@dataclass(slots=True, eq=False)
class _Call:
    parent: Attempt
    scope: asyncio.Timeout
    cut: bool = False


@dataclass(slots=True)
class Pruning:
    """Of all searches of one job. wanted: what was cut off before, by an earlier attempt at it."""

    wanted: Iterable[str] = ()
    _wanted: dict[str, None] = field(init=False)
    _nodes: set[str] = field(default_factory=set, init=False)
    _calls: list[_Call] = field(default_factory=list, init=False)
    _run: Pruned | None = field(default=None, init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self._wanted = dict.fromkeys(self.wanted)

    # ---------------------------------------------------------------- whoever wants it

    def want(self, node: str) -> None:
        """Cut it off as soon as it is its turn. In the loop of the search."""
        if node not in self._wanted:
            self._wanted[node] = None
            if self._run is not None:
                self._begin(self._run, node)

    @property
    def wanted_nodes(self) -> tuple[str, ...]:
        """All that were to be cut off, in their order."""
        return tuple(self._wanted)

    # ---------------------------------------------------------------- the search

    @contextlib.contextmanager
    def during(self, run: Pruned) -> Iterator[None]:
        """Meanwhile this search hears of it."""
        self._run = run
        for node in self._wanted.keys() - self._nodes:
            self._begin(run, node)
        try:
            yield
        finally:
            self._run = None
            for task in self._tasks:
                task.cancel()

    def refuses(self, attempt: Attempt | None) -> bool:
        """Whether it was cut off, or what it was made from."""
        if not self._nodes or attempt is None:
            return False
        return any(each.candidate.node in self._nodes for each in attempt.lineage())

    def cut(self, node: str) -> bool:
        """Now. False where it was before."""
        if node in self._nodes:
            return False
        self._nodes.add(node)
        for call in self._calls:
            if not call.cut and self.refuses(call.parent):
                call.cut = True
                call.scope.reschedule(0)
        return True

    @contextlib.asynccontextmanager
    async def unless_cut(self, parent: Attempt) -> AsyncIterator[None]:
        """What goes on inside is cancelled where the parent is cut off. Raises Cut then."""
        call: _Call | None = None
        try:
            async with asyncio.timeout(None) as scope:
                call = _Call(parent, scope)
                self._calls.append(call)
                yield
        except TimeoutError:
            if call is not None and call.cut and call.scope.expired():
                raise Cut from None
            raise
        finally:
            if call is not None:
                self._calls.remove(call)

    def _begin(self, run: Pruned, node: str) -> None:
        task = asyncio.create_task(run.prune(node), name=f"prune {node}")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # the search ended first: that is said by the search
