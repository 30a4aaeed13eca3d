"""Best-of-n: independent samples, of which the one with the greatest value is taken.

As in the NeurIPS 2024 tutorial on meta-generation ("Beyond Decoding"): y* = argmax of v(y), where v
is the mean log-probability of y's tokens (value=logprob), or a learned verifier's estimate
(value=verifier). Neither knows of checks. With them there is more to go by: the first sample that
passes ends the search (value=first, ours), or the samples are ordered by their checks and then by
log-probability (value=public-logprob).

The reference draws 30 at 0.7, and takes the mean over all tokens of the answer (tokens=all); ours
leaves the prose around the program out. Of equal values the shorter program wins, then the first.

As a baseline of FTTT (arXiv 2502.15771, prelim/) the first that the held-out tests pass ends it
(oracle=true): that is pass@n, an upper bound for all that selects.

Where nothing visible can be passed, as with final answers of a benchmark, value=first takes the
likeliest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from synthd.synth import likelihood
from synthd.synth.attempt import Attempt
from synthd.synth.concurrently import concurrently
from synthd.synth.learned import Estimator, learned
from synthd.synth.parameter import parameter
from synthd.synth.ports import blind
from synthd.synth.run import Run
from synthd.synth.strategies.drafting import drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOfN:
    n: int = parameter(16, "programs drawn")
    temperature: float = parameter(0.8, "sampling temperature of all")
    top_p: float = parameter(
        0.0, "share of the likeliest tokens; 0: the backend's own (the paper: 0.95)", most=1
    )
    value: Literal["first", "logprob", "public-logprob", "verifier"] = parameter(
        "first",
        "what is best: first to pass (without visible checks: the likeliest), log-probability, "
        "visible checks and then log-probability, or a learned verifier's estimate",
    )
    tokens: Literal["code", "all"] = parameter(
        "code", "log-probability of the program, or of the whole answer (the paper)"
    )
    oracle: bool = parameter(
        False, "held-out tests stop it, whatever `value` (FTTT's baseline: on)"
    )

    @property
    def collects(self) -> bool:
        return self.value != "first" and not self.oracle

    @property
    def estimates(self) -> bool:
        return self.value == "verifier"

    async def __call__(self, run: Run) -> None:
        value = "first" if self.oracle else self.value
        if value == "first" and self.n > 1 and blind(run.verifier):
            value = "logprob"
        estimator = learned(run) if value == "verifier" else None
        logprobs = value in ("logprob", "public-logprob")
        top_p = self.top_p or None
        drawn = await drafts(run, self.n, self.temperature, logprobs=logprobs, top_p=top_p)
        programs = [attempt for attempt in drawn if attempt.candidate.code]
        if not programs or value == "first":
            return
        if estimator is not None:
            values = await self._estimates(run, programs, estimator)
        else:
            values = [self._likelihood(attempt, run.problem.entry_point) for attempt in programs]
        run.choose(self._best(programs, values))

    def _best(self, programs: list[Attempt], values: list[float]) -> Attempt:
        def key(place: int) -> tuple[tuple[float, ...], float, int]:
            checks = programs[place].rank if self.value == "public-logprob" else ()
            return checks, values[place], -len(programs[place].candidate.code)

        return programs[max(range(len(programs)), key=key)]

    def _likelihood(self, attempt: Attempt, name: str) -> float:
        if self.tokens == "all":
            return likelihood.mean(attempt)
        return likelihood.code_mean(attempt, name)

    async def _estimates(
        self, run: Run, programs: list[Attempt], estimator: Estimator
    ) -> list[float]:
        return await concurrently(
            estimator.estimate(run.problem, attempt.candidate) for attempt in programs
        )
