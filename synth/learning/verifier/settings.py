"""How a verifier is trained. No torch here: the command line reads these too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Of a prompt the last so many tokens are read, of a program too (the paper: 2048 of the prompt).
MAX_TOKENS = 2048


class Loss(StrEnum):
    BT = "bt"
    BCE = "bce"


class Tune(StrEnum):
    """head: the base is frozen, and its features are computed once. full: as in the paper."""

    HEAD = "head"
    LORA = "lora"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """A step takes `pairs` pairs."""

    lr: float
    epochs: int
    weight_decay: float
    eps: float
    pairs: int = 64


# full: the paper's. lora: its rate would leave an adapter where it began. head: ours, for features
# that are standardised; a head has as many weights as there are programs, so they are held small.
DEFAULTS = {
    Tune.HEAD: Rates(lr=1e-3, epochs=20, weight_decay=1.0, eps=1e-8),
    Tune.LORA: Rates(lr=1e-4, epochs=2, weight_decay=0.0, eps=1e-5),
    Tune.FULL: Rates(lr=1e-6, epochs=2, weight_decay=0.0, eps=1e-5),
}
