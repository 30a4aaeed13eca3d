"""A search for a whole program, as daemon/synthesis.py has it for a function in a file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from synthd.daemon.bench.case import Found, Sought, Tools
from synthd.daemon.bench.suites.function import found, setup_of
from synthd.daemon.bench.suites.scoring import HeldOut
from synthd.daemon.exits import Missing, Stalled
from synthd.daemon.identifying import identified
from synthd.daemon.setup import Setup
from synthd.daemon.synthesis import Unchecked
from synthd.daemon.traces.header import header_of
from synthd.daemon.traces.kept import kept
from synthd.sandbox.programs import Program, Tests
from synthd.synth.extraction import named
from synthd.synth.models.errors import ContextTooLong, ModelError
from synthd.synth.oracle import Oracle
from synthd.synth.ports import Verifier
from synthd.synth.problem import Problem
from synthd.synth.run import Read, Run, Strategy
from synthd.synth.solve import Outcome, solve
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.estimating import estimating


@dataclass(frozen=True, slots=True)
class Posed:
    """text: of a candidate's code, what is kept of it. program: of that code what is judged.
    target: what the trace calls it."""

    problem: Problem
    read: Read
    text: Callable[[str], str]
    program: Callable[[str], Program]
    target: str


async def search(
    posed: Posed, visible: Verifier | None, held_out: Tests, sought: Sought, tools: Tools
) -> Found:
    """visible: what steers; None: nothing does, and one greedy draft is all, unless the strategy
    asks for an oracle. Raises Missing and Stalled."""
    setup = await identified(setup_of(sought, tools))
    oracle = bool(getattr(sought.strategy, "oracle", False))
    steered = visible is not None or oracle
    strategy: Strategy = sought.strategy if steered else BestOfN(n=1, temperature=0.0)
    verifier: Verifier = visible or Unchecked()
    if oracle:
        verifier = Oracle(verifier, HeldOut(tools.pool, held_out, posed.program))
    verifier = estimating(verifier, sought.scorer)
    outcome = await _solved(posed, verifier, strategy, setup, sought)
    best = outcome.best
    text = posed.text(best.candidate.code) if best and best.candidate.code else ""
    return found(outcome, text, steered=visible is not None)


async def _solved(
    posed: Posed, verifier: Verifier, strategy: Strategy, setup: Setup, sought: Sought
) -> Outcome:
    begin = partial(header_of, posed.problem, posed.target, setup, strategy)
    async with AsyncExitStack() as stack:
        log = stack.enter_context(kept(setup.tracing, begin))
        run = Run(
            posed.problem,
            setup.model,
            verifier,
            setup.budget,
            setup.seed,
            named.reader(posed.read, setup.extraction),
            log.beside(sought.trace),
        )
        log.follow(run)
        try:
            outcome = await solve(run, strategy)
        except (ContextTooLong, Unmet) as error:
            raise Missing(str(error)) from None
        except ModelError as error:
            raise Stalled(str(error)) from None
        log.end(outcome.stop.value, oracle=outcome.oracle)
        return outcome
