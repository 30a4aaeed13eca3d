"""What a strategy asks for: one completion, and its place in the search."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.attempt import Attempt
from synthd.synth.ports import Prompt
from synthd.synth.slots import Priority
from synthd.synth.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Ask:
    """One wanted completion: prompt, temperature, its node of the tree, and its turn.

    logprobs: the method ranks by them; Unmet is raised where the model has none.
    closing: about programs that there are already, so drawn also when no further one may come.
    most: tokens that a short answer may have, which also is what is set aside for it.
    top_p: only the likeliest tokens that make up this much are drawn from; None: as the backend
    does by itself. tuning: by weights that have learned before, where the model `tunes`.
    """

    prompt: Prompt
    temperature: float
    node: str
    purpose: str
    priority: Priority = ()
    parent: Attempt | None = None
    logprobs: bool = False
    closing: bool = False
    most: int | None = None
    top_p: float | None = None
    tuning: Tuning | None = None
