"""How long things may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. Cancelling is complete within `cancelling`: a worker has `grace` to end its job by
    itself, and its context takes one second at most after that."""

    grace: float = 0.7
    cancelling: float = 2.0
    backoff: float = 0.25  # before a job's worker is started again; four times that the next time
    deaths: int = 3  # without a new event in between, then the job is paused
    all_deaths: int = 20  # however much it said in between
    look: float = 0.4  # between looks at what other daemons wrote
    adopt: float = 5.0  # between looks for daemons that died
