"""What is the same for every function of one command: method, model, budget, judge."""

from __future__ import annotations

from dataclasses import dataclass, field

from synthd.daemon.recording import Recording, Resumable
from synthd.daemon.settings import LimitSettings
from synthd.daemon.traces.kept import Told, Tracing
from synthd.sandbox.level import Detection
from synthd.synth.budget import Budget
from synthd.synth.extraction import named
from synthd.synth.ports import Model
from synthd.synth.pruning import Pruning
from synthd.synth.run import Strategy
from synthd.synth.verifiers.scoring import Scorer


@dataclass(frozen=True, slots=True)
class Setup:
    model: Model
    strategy: Strategy
    strategy_name: str
    budget: Budget
    seed: int
    limits: LimitSettings
    detection: Detection
    unsafe: bool = False
    recording: Recording | Resumable | None = None
    tracing: Tracing | Told | None = None
    tested_seconds: float = 0.0  # for earning the grade `tested`; 0: it is not tried
    extraction: str = named.ROBUST  # how code is read out of answers
    spent: float = 0.0  # seconds of the budget, by earlier attempts at the same
    pruning: Pruning = field(default_factory=Pruning)
    scorer: Scorer | None = None  # a learned verifier's, for strategies that rank by it
