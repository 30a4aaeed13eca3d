"""One token of a distribution, with a generator that belongs to one call alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

LIKELIEST = 512  # among these the nucleus is looked for first: sorting a vocabulary takes long


@dataclass(frozen=True, slots=True)
class Drawn:
    """logprob: natural logarithm, of the model's own distribution (temperature 1)."""

    token: int
    logprob: float


class Draw:
    """temperature 0: the likeliest token. top_p: only the likeliest tokens that make up this much
    are drawn from, at this temperature; the token that reaches it is among them."""

    def __init__(self, temperature: float, top_p: float | None, seed: int) -> None:
        self._temperature = temperature
        self._top_p = 1.0 if top_p is None else top_p
        self._generator = torch.Generator().manual_seed(seed % (1 << 63))

    def __call__(self, logits: Tensor, *, logprob: bool) -> Drawn:
        """logits: (vocabulary,), on any device. Draws one random number, none at temperature 0."""
        logits = logits.to("cpu", torch.float32)
        token = self._token(logits)
        likely = float(logits[token] - logits.logsumexp(0)) if logprob else 0.0
        return Drawn(token, min(likely, 0.0))

    def _token(self, logits: Tensor) -> int:
        if self._temperature <= 0.0:
            return int(logits.argmax())
        shares = torch.softmax(logits.double() / self._temperature, 0)
        at = torch.rand((), generator=self._generator, dtype=torch.float64)
        if self._top_p >= 1.0:
            return _place(shares.cumsum(0), at)
        tokens, within = self._nucleus(shares)
        return int(tokens[_place(within, at)])

    def _nucleus(self, shares: Tensor) -> tuple[Tensor, Tensor]:
        """Its tokens, the likeliest first, and the sum of shares up to each."""
        for most in (min(LIKELIEST, len(shares)), len(shares)):
            top, tokens = shares.topk(most)
            sums = top.cumsum(0)
            if sums[-1] >= self._top_p or most == len(shares):
                break
        size = min(int(torch.searchsorted(sums, self._top_p)) + 1, len(sums))
        return tokens[:size], sums[:size]


def _place(sums: Tensor, at: Tensor) -> int:
    """Where a number between 0 and 1 falls among shares that add up to the last sum."""
    return min(int(torch.searchsorted(sums, at * sums[-1], right=True)), len(sums) - 1)
