"""What a trained verifier is worth, in figures: on tasks that it has not seen, and on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from synthd.synth.learning.verifier import metrics
from synthd.synth.learning.verifier.data import Group
from synthd.synth.learning.verifier.metrics import Accuracy, Calibration, Platt, Scored
from synthd.synth.learning.verifier.saved import Verifier


@dataclass(frozen=True, slots=True)
class Examined:
    """held_out, raw, scaled: None where nothing was held out. raw: calibration of σ(r); scaled: of
    Platt's scaling, which is fitted to what was trained on."""

    train: Accuracy
    held_out: Accuracy | None
    platt: Platt
    raw: Calibration | None
    scaled: Calibration | None

    def row(self) -> dict[str, Any]:
        return asdict(self)


def examined(
    verifier: Verifier, train: Sequence[Group], held_out: Sequence[Group], seed: int
) -> Examined:
    own = scored(verifier, train)
    others = scored(verifier, held_out)
    platt = metrics.fit_platt(own)
    return Examined(
        train=metrics.pair_accuracy(own, seed),
        held_out=metrics.pair_accuracy(others, seed) if others else None,
        platt=platt,
        raw=metrics.calibration(others, Platt()) if others else None,
        scaled=metrics.calibration(others, platt) if others else None,
    )


def scored(verifier: Verifier, groups: Sequence[Group]) -> list[Scored]:
    found = []
    for group in groups:
        said = verifier.rewards(group.x, list(group.programs))
        right = len(group.right)
        found.append(Scored(group.task, tuple(said[:right]), tuple(said[right:])))
    return found
