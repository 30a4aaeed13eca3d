"""What is trained of a model, and the published numbers of each way.

PEFT baselines: scripts of FTTT's reference (baseline.sh; arXiv 2502.15771). Where its text and its
scripts say nothing (dropout of LoRA) the plain value is taken: none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Peft(StrEnum):
    """full: all weights. adapter: bottlenecks after attention and MLP (Houlsby et al. 2019).
    ia3: vectors that scale keys, values and the MLP (Liu et al. 2022). ln: gains of the norms.
    prefix: keys and values before the prompt (Li & Liang 2021)."""

    FULL = "full"
    LORA = "lora"
    ADAPTER = "adapter"
    IA3 = "ia3"
    LN = "ln"
    PREFIX = "prefix"

    @property
    def merges(self) -> bool:
        """Whether what is learned can be written as weights of the model itself."""
        return self not in (Peft.ADAPTER, Peft.PREFIX)

    @property
    def loads(self) -> bool:
        """Whether a folder of it loads as a model: an adapter lies beside the base's weights."""
        return self is not Peft.PREFIX


@dataclass(frozen=True, slots=True)
class Published:
    lr: float
    schedule: str = "cosine"
    epochs: int = 3  # of MATH; GSM8K 10, MBPP 100
    batch: int = 1
    accumulation: int = 20


PUBLISHED = {
    Peft.FULL: Published(1e-5),
    Peft.LORA: Published(2e-5),
    Peft.ADAPTER: Published(1e-4),
    Peft.IA3: Published(5e-5),
    Peft.LN: Published(4e-4),
    Peft.PREFIX: Published(2e-4),
}
# muCode's own fine-tuning (sft.sh): all weights, two epochs, 16 examples a step, linear decay.
MUCODE = Published(5e-7, "linear", 2, 1, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Of what is added. rank, alpha: LoRA's; layers: the last part of them that has it (8 of 32).
    reduction: hidden size over an adapter's. prefix: virtual tokens."""

    rank: int = 16
    alpha: float = 16.0
    dropout: float = 0.0
    layers: float = 0.25
    reduction: int = 16
    prefix: int = 10
