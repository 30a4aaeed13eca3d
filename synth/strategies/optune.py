"""OpTune: every other attempt is drawn by weights that a trained network edited after a failure.

Li, Wang et al.: "Learning to Reason from Feedback at Test-Time", ACL 2025 (arXiv 2502.15771),
optim/. The network (`synthd train optune`) makes an edit of the gradient of one failed attempt
(synth/learning/optune/), which holds for one attempt and is never stored. As published the first
trial and all even ones are drawn by the model's own weights, odd ones by the edit that the trial
just before gave. alternate=false edits after every failure; accumulate=true makes each edit on the
weights as they were edited before.

There the held-out tests say what failed (oracle=true) and end it; here the visible checks do,
unless a benchmark asks. There up to 8 generations are one trial, until one comes to its end; here
each of them is an attempt and is paid for. A trial that has no whole program, or whose verdict is
open, teaches nothing, and the next one is drawn by the model's own weights.
"""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth import prompts
from synthd.synth.attempt import Attempt, Extraction
from synthd.synth.parameter import parameter
from synthd.synth.ports import Prompt
from synthd.synth.prompts.begun import unbegun
from synthd.synth.prompts.reflecting import INCORRECT
from synthd.synth.run import Ask, Run
from synthd.synth.strategies.teaching import demand, wrong
from synthd.synth.tuning import Edit, Lesson, Tuning
from synthd.synth.unmet import Unmet


@dataclass(frozen=True, slots=True, kw_only=True)
class Optune:
    optimizer: str = parameter("", "folder of `synthd train optune`")
    sha256: str = parameter("", "of the optimizer's weights; filled in from the folder")
    n: int = parameter(32, "trials, the first one raw")
    temperature: float = parameter(0.6, "sampling temperature of all")
    top_p: float = parameter(0.95, "share of the likeliest tokens; 0: the backend's own", most=1)
    alternate: bool = parameter(True, "only odd trials are edited; false: all but the first")
    accumulate: bool = parameter(False, "edits add up (the paper: each is made of the raw weights)")
    tries: int = parameter(8, "generations of a trial until one is whole, all of which count")
    oracle: bool = parameter(False, "held-out tests say what failed (the paper: on; benchmarks)")

    async def __call__(self, run: Run) -> None:
        self._demand(run)
        asked = prompts.opening(run.problem, run.start)
        lessons: list[Lesson] = []
        failed: Attempt | None = None
        for trial in range(self.n):
            tuning = None
            if failed is not None and self._edited(trial) and not run.refuses(failed):
                lesson = Lesson(unbegun(asked), failed.candidate.completion, INCORRECT)
                lessons = [*lessons, lesson] if self.accumulate else [lesson]
                tuning = Tuning(self._method(), tuple(lessons))
            tried = await self._trial(run, asked, trial, tuning)
            if tried is None:
                break
            failed = tried if wrong(tried) and self._whole(tried) else None

    def _demand(self, run: Run) -> None:
        """Raises Unmet."""
        if not self.optimizer:
            raise Unmet(
                "this strategy needs a trained optimizer: make one with `synthd train optune`, and "
                "name its folder with --set optune.optimizer=DIR"
            )
        if not self.sha256:
            raise Unmet("sha256 is missing: which weights of the optimizer are meant")
        demand(run, "edits")

    def _edited(self, trial: int) -> bool:
        return trial % 2 == 1 if self.alternate else trial > 0

    def _method(self) -> Edit:
        return Edit(self.optimizer, self.sha256, self.accumulate)

    async def _trial(
        self, run: Run, asked: Prompt, trial: int, tuning: Tuning | None
    ) -> Attempt | None:
        """The first answer that is whole, else the last; None where the budget ends before."""
        last: Attempt | None = None
        for again in range(max(1, self.tries)):
            last = await run.attempt(
                Ask(
                    asked,
                    self.temperature,
                    f"draft.{trial}.{again}" if again else f"draft.{trial}",
                    "draft",
                    parent=run.start,
                    top_p=self.top_p or None,
                    tuning=tuning,
                )
            )
            if last is None or self._whole(last):
                break
        return last

    def _whole(self, attempt: Attempt) -> bool:
        cut = attempt.candidate.extraction is Extraction.TRUNCATED
        return bool(attempt.candidate.code) and not cut
