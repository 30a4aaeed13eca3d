"""The network that makes edits of what was captured: MEND's, with OpTune's settings.

Mitchell et al.: "Fast Model Editing at Scale", ICLR 2022 (arXiv 2110.11309), section 3; OpTune:
arXiv 2502.15771, optim/modules.py. It is of first order: what was captured is a constant to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from synthd.synth.learning.optune.hooks import Captured
from synthd.synth.learning.optune.matrices import Matrix

RANK = 16
DROPOUT = 0.1
ALPHA = 1e-4
EPSILON = 1e-7


class Normalisation(nn.Module):
    """Per dimension, by mean and standard deviation of all tokens of the training so far.

    Welford's way, many tokens at a time, in float64: sums of squares would lose the small
    differences. Outside training nothing is added to them.
    """

    count: Tensor
    mean: Tensor
    squares: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))
        self.register_buffer("mean", torch.zeros(width, dtype=torch.float64))
        self.register_buffer("squares", torch.zeros(width, dtype=torch.float64))

    def add(self, rows: Tensor) -> None:
        """rows: tokens × width."""
        if not len(rows) or not torch.isfinite(rows).all():
            return  # one of these would stay in the figures for good
        wide = rows.detach().to(self.mean)
        there, here = int(self.count), len(wide)
        mean = wide.mean(dim=0)
        apart = mean - self.mean
        together = there + here
        self.squares += ((wide - mean) ** 2).sum(dim=0) + apart**2 * (there * here / together)
        self.mean += apart * (here / together)
        self.count += here

    @property
    def deviation(self) -> Tensor:
        variance: Tensor = self.squares / (self.count - 1).clamp(min=1)
        return variance.sqrt()

    def forward(self, rows: Tensor) -> Tensor:
        mean, deviation = self.mean.to(rows), self.deviation.to(rows)
        normal: Tensor = (rows - mean) / (deviation + EPSILON)
        return normal


class Transform(nn.Module):
    """g(z) = z + U·Dropout(D·z) of z = [norm(u); norm(δ)]; nothing but z before training."""

    def __init__(self, matrix: Matrix, rank: int = RANK, dropout: float = DROPOUT) -> None:
        super().__init__()
        width = matrix.columns + matrix.rows
        self.columns = matrix.columns
        self.inputs = Normalisation(matrix.columns)
        self.gradients = Normalisation(matrix.rows)
        self.down = nn.Linear(width, rank, bias=False)  # D
        self.up = nn.Linear(rank, width)  # U
        self.dropout = nn.Dropout(dropout)
        nn.init.kaiming_uniform_(self.down.weight)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, captured: Captured) -> Tensor:
        """ΔW = Σ over tokens of δ̃ ũᵀ (d_out × d_in)."""
        weights = self.down.weight
        u, delta = captured.inputs.to(weights), captured.gradients.to(weights)
        if self.training:
            self.inputs.add(u)
            self.gradients.add(delta)
        z = torch.cat((self.inputs(u), self.gradients(delta)), dim=1)
        told: Tensor = z + self.up(self.dropout(self.down(z)))
        return told[:, self.columns :].T @ told[:, : self.columns]


class Optimizer(nn.Module):
    """One Transform for all matrices of one shape, and for each matrix a step size α of its own.

    α is added, not subtracted: the network learns the sign.
    """

    def __init__(
        self, matrices: Sequence[Matrix], *, rank: int = RANK, dropout: float = DROPOUT
    ) -> None:
        super().__init__()
        self.matrices = tuple(matrices)
        self.rank, self.dropout = rank, dropout
        each = {_named(one): one for one in self.matrices}
        self.transforms = nn.ModuleDict(
            {name: Transform(one, rank, dropout) for name, one in each.items()}
        )
        self.alpha = nn.Parameter(torch.full((len(self.matrices),), ALPHA))

    def forward(self, captured: Sequence[Captured]) -> tuple[Tensor, ...]:
        """The edits α·ΔW, in the order of the matrices."""
        return tuple(
            alpha * self.transforms[_named(matrix)](one)
            for alpha, matrix, one in zip(self.alpha, self.matrices, captured, strict=True)
        )

    def untrained(self) -> Optimizer:
        """As it was before training, but for the normalisation: what training is measured by."""
        other = Optimizer(self.matrices, rank=self.rank, dropout=self.dropout).to(self.alpha)
        for name, buffer in self.named_buffers():
            other.get_buffer(name).copy_(buffer)
        return other.train(self.training)

    def to_compute(self, dtype: torch.dtype, device: torch.device) -> Optimizer:
        """On the device; as float32, or as float64 where the model is. Figures stay float64."""
        wide = torch.promote_types(dtype, torch.float32)
        for value in self.parameters():
            value.data = value.data.to(device, wide)
        for module in self.modules():
            for name, buffer in module.named_buffers(recurse=False):
                setattr(module, name, buffer.to(device))
        return self


def _named(matrix: Matrix) -> str:
    return f"{matrix.rows}x{matrix.columns}"
