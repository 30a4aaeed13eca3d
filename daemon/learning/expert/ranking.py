"""The learned verifier in the iterations: trained on all rollouts, asked for the last programs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from synthd.daemon.exits import Missing
from synthd.daemon.learning.expert.rollouts import Rollout
from synthd.daemon.learning.expert.stages import Row
from synthd.daemon.learning.launching import Watcher
from synthd.daemon.learning.verifier import Verifying, train_verifier
from synthd.daemon.settings import Settings
from synthd.synth.concurrently import concurrently
from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.scorer_process import ScorerSettings
from synthd.synth.verifiers.scoring import ChildScorer


@dataclass(frozen=True, slots=True)
class LearnedRanker:
    """Implements Ranker. verifying: all but the runs and the folder."""

    verifying: Verifying
    settings: Settings
    environment: Mapping[str, str]
    watcher: Watcher

    async def train(self, runs: Sequence[Path], out: Path) -> Row:
        out.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240
        asked = replace(self.verifying, runs=tuple(runs), out=out)
        row = await train_verifier(asked, self.settings, self.environment, self.watcher)
        kept = ("verifier", "steps", "train", "held_out")
        return {name: row[name] for name in kept if name in row}

    async def values(self, verifier: Path, rollouts: Sequence[Rollout]) -> list[float]:
        """Raises Missing."""
        device = str(self.verifying.training["device"])
        settings = ScorerSettings(verifier, self.verifying.base.path, str(verifier), device=device)
        scorer = ChildScorer(settings)
        try:
            return await concurrently(_value(scorer, rollout) for rollout in rollouts)
        except Unmet as unmet:
            raise Missing(str(unmet)) from None
        finally:
            await scorer.aclose()


async def _value(scorer: ChildScorer, rollout: Rollout) -> float:
    if not rollout.last.code.strip():
        return -math.inf
    return await scorer.score(rollout.question, rollout.last.code)
