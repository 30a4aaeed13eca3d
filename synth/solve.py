"""A search from its start to its outcome."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import StrEnum

from synthd.synth.attempt import Attempt
from synthd.synth.budget import Usage
from synthd.synth.oracle import agree
from synthd.synth.run import Ended, Run, Strategy
from synthd.synth.select import passes
from synthd.synth.unmet import Unmet


class Stop(StrEnum):
    SOLVED = "solved"
    BUDGET = "budget"  # programs or tokens
    TIME = "time"
    FINISHED = "finished"  # the strategy gave up by itself


@dataclass(frozen=True, slots=True)
class Outcome:
    best: Attempt | None
    stop: Stop
    usage: Usage
    seconds: float
    oracle: bool = False  # tests decided when to stop that no user of the method would have


async def _begun(run: Run) -> None:
    """Judge the program that there is, where there is one: it may be right as it stands."""
    if run.problem.given:
        run.start = await run.given(run.problem.given)
    if run.start is not None and run.collects and passes(run.start):
        run.choose(run.start)


async def solve(run: Run, strategy: Strategy) -> Outcome:
    """Follow the strategy until a program is accepted (or, where it collects, chosen), the
    budget is spent, or it gives up.

    Raises ModelError when the model fails for good, unless a program had been accepted by then;
    Unmet where something that the strategy needs is not there, or an oracle is that it did not
    ask for.
    """
    oracle = bool(getattr(strategy, "oracle", False))
    agree(run, oracle=oracle)
    started = time.monotonic()
    run.collects = bool(getattr(strategy, "collects", False))
    stop = Stop.FINISHED
    try:
        async with asyncio.timeout(run.budget.seconds) as clock:
            run.pace.begin(clock)
            with run.pruning.during(run):
                await _begun(run)
                await strategy(run)
    except Ended:
        pass
    except TimeoutError:
        stop = Stop.TIME
    except Unmet:
        raise  # also where a program was accepted: it would be passed off as the method's choice
    except Exception:
        # Several things can strike in one turn of the loop; an accepted program outweighs them.
        if run.best is None or not run.best.accepted:
            raise
    run.pace.end(by_time=stop is Stop.TIME)
    if run.best is not None and run.best.accepted:
        stop = Stop.SOLVED
    elif stop is Stop.FINISHED and run.ledger.exhausted and not run.chosen:
        stop = Stop.BUDGET
    seconds = run.pace.took(time.monotonic() - started)
    return Outcome(run.best, stop, run.ledger.usage, seconds, oracle)
