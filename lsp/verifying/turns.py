"""One run of a document's checks: whose turn it is, and each verdict as soon as it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from synthd.lsp.text.functions import Sight
from synthd.lsp.verdicts import Judging, Known
from synthd.lsp.verifying.findings import Findings
from synthd.lsp.verifying.standings import State
from synthd.synth.source.outlined import Key


class Turns:
    """scope: of the functions that are verified. rests: see Functions.rests. current: whether the
    document still is what is verified. told, ran: as those of Verifications.

    An engine may speak until its task has ended, which is after the run was given up.
    """

    def __init__(
        self,
        findings: Findings,
        sight: Sight,
        scope: Iterable[Key],
        rests: Mapping[Key, int],
        current: Callable[[], bool],
        told: Callable[[], None],
        ran: Callable[[], None],
    ) -> None:
        self._findings = findings
        self._sight = sight
        self._rests = rests
        self._current = current
        self._told = told
        self._ran = ran
        first = State.RUNNING if sight.rust else State.QUEUED  # Verus judges all of them at once
        self._turns: dict[Key, State] = dict.fromkeys(scope, first)
        self._keys = {(one.name, one.line): one.key for one in sight.functions}
        self._limit: asyncio.Timeout | None = None
        self._seconds = 0.0

    def show(self) -> None:
        self._findings.turns = self._turns
        self._told()

    def end(self) -> None:
        self._limit = None
        if self._findings.turns is self._turns:
            self._findings.turns = {}
        self._told()

    def within(self, seconds: float) -> asyncio.Timeout:
        """That long for each function."""
        self._seconds = seconds
        self._limit = asyncio.timeout(seconds)
        return self._limit

    def hear(self, news: Judging | Known) -> None:
        """See Engine.verify."""
        if not self._current():
            return
        self._prolong()
        key = self._keys.get((news.function, news.line))
        if isinstance(news, Judging):
            if key in self._turns:
                self._turns[key] = State.RUNNING
        else:
            if key is not None:
                self._turns.pop(key, None)
            self._findings.run(self._sight, [news], self._rests)
            self._ran()
        self._told()

    def _prolong(self) -> None:
        limit = self._limit
        if limit is not None and not limit.expired():
            limit.reschedule(asyncio.get_running_loop().time() + self._seconds)
