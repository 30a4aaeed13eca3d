"""Stopping by checks that the search may not see: for comparisons with papers that do.

Several published baselines stop when the held-out tests pass. Such a search says so: it happens
only where the strategy is asked for it (its parameter `oracle`, which is in every record of the
search) and where the caller has given the oracle as the verifier. One without the other is Unmet.
"""

from __future__ import annotations

from dataclasses import replace

from synthd.synth.attempt import Candidate, Evaluation
from synthd.synth.ports import Verifier
from synthd.synth.problem import Problem
from synthd.synth.run import Run
from synthd.synth.unmet import Unmet

# Of a result whose search could be ended by an oracle.
ORACLE = "oracle"


class Oracle:
    """A verifier with the verdict of held-out checks; all else is what the visible ones say.

    So no prompt can tell more of the held-out checks than that a program is not right yet.
    """

    def __init__(self, visible: Verifier, held_out: Verifier) -> None:
        self._visible = visible
        self._held_out = held_out

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        seen = await self._visible.verify(problem, candidate)
        truth = await self._held_out.verify(problem, candidate)
        return replace(
            seen,
            verdict=truth.verdict,
            labels=truth.labels,
            seconds=seen.seconds + truth.seconds,
        )


def agree(run: Run, *, oracle: bool) -> None:
    """Raises Unmet unless the run has an oracle exactly if the strategy is asked to stop by one."""
    given = isinstance(run.verifier, Oracle)
    if oracle and not given:
        raise Unmet(
            "oracle=true stops a search by held-out tests, and this one has none: "
            "it is for benchmarks only; leave it out, and the visible checks decide"
        )
    if given and not oracle:
        raise Unmet("this search would be stopped by held-out tests: say so, with oracle=true")
