"""A proof without what it does not need: asserts, invariants, proof blocks and calls of lemmas.

AutoVerus (arXiv 2409.13082) prunes at its end; Houdini (Flanagan, Leino 2001) drops annotations one
by one. Here they are dropped in halves first, as in delta debugging (Zeller, Hildebrandt 2002):
what models write is often mostly superfluous, and each check is a run of the prover.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from synthd.synth.attempt import Candidate, Verdict
from synthd.synth.ports import Verifier
from synthd.synth.problem import Problem
from synthd.synth.proving.pieces import Piece, pieces, without

# Whether a body is proved: under both of the solver's seeds, and through the gate.
Check = Callable[[str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Minimized:
    """removed: the texts that were left out. runs: checks that were asked for. whole: everything
    was tried; False where the runs did not suffice."""

    body: str
    removed: tuple[str, ...] = ()
    runs: int = 0
    whole: bool = True


def proved_by(verifier: Verifier, problem: Problem) -> Check:
    """By everything that the verifier demands: its gate, its probes, and both of its seeds."""

    async def check(body: str) -> bool:
        evaluation = await verifier.verify(problem, Candidate(body, node="minimize"))
        return evaluation.verdict is Verdict.ACCEPTED and not evaluation.labels

    return check


async def minimize(body: str, check: Check, *, most_runs: int = 40) -> Minimized:
    """A smaller body that is still proved, else the same one; at most `most_runs` checks.

    body is a proved one. The result is checked once more at the end, and where that fails, the
    body comes back as it was.
    """
    every = pieces(body)
    if not every or most_runs < 2:
        return Minimized(body, whole=not every)
    dropping = _Dropping(body, check, every, most_runs - 1)
    await dropping.halves()
    small = dropping.text(dropping.removed)
    runs = dropping.runs
    if small == body:
        return Minimized(body, (), runs, dropping.whole)
    if not await check(small):
        return Minimized(body, (), runs + 1, dropping.whole)
    gone = tuple(piece.span.of(body) for piece in every if piece in dropping.removed)
    return Minimized(small, gone, runs + 1, dropping.whole)


@dataclass(slots=True)
class _Dropping:
    body: str
    check: Check
    every: Sequence[Piece]
    most_runs: int
    removed: frozenset[Piece] = frozenset()
    runs: int = 0
    whole: bool = True
    _known: dict[str, bool] = field(default_factory=dict)

    def text(self, removed: frozenset[Piece]) -> str:
        return without(self.body, removed, self.every)

    async def halves(self) -> None:
        """All at once, then halves, quarters, … and one by one until nothing more goes."""
        size = len(self.every)
        while size:
            before = self.removed
            left = [piece for piece in self.every if piece not in self.removed]
            for at in range(0, len(left), size):
                await self._try(self.removed | frozenset(left[at : at + size]))
            # One that was needed may not be so any more once another one is gone.
            again = size == 1 and self.removed != before and self.whole
            size = 1 if again else size // 2

    async def _try(self, removed: frozenset[Piece]) -> None:
        text = self.text(removed)
        if text not in self._known:
            if self.runs >= self.most_runs:
                self.whole = False
                return
            self.runs += 1
            self._known[text] = await self.check(text)
        if self._known[text] or text == self.text(self.removed):
            self.removed = removed
