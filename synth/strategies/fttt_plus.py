"""FTTT+: as fttt, and learns besides what the model itself says of its mistakes.

Li, Wang et al. (arXiv 2502.15771), prelim/, its self_reflect_norm. After each failed attempt the
model, by its own weights, is asked in the same conversation to sum up the mistakes without giving
the solution. The loss is the mean over the fixed sentence and, weighed by λ, the mean over the
reflection's tokens. A reflection that was cut is drawn again; where none ends, and where the
attempt itself was cut, the lesson goes without.
"""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.parameter import parameter
from synthd.synth.strategies.fttt import REFLECTS, Fttt, Reflection


@dataclass(frozen=True, slots=True, kw_only=True)
class FtttPlus(Fttt):
    reflection: Reflection = parameter("self", REFLECTS)
