"""A task whose program is a Python function: searched for as `synthd synth` does, in a file."""

from __future__ import annotations

from dataclasses import dataclass, replace

from synthd.daemon.bench.case import Found, Score, Sought, Tools
from synthd.daemon.bench.suites import scoring
from synthd.daemon.bench.suites.stubs import Stub
from synthd.daemon.exits import BadInput
from synthd.daemon.prepare import Prepared
from synthd.daemon.reporting import Done
from synthd.daemon.setup import Setup
from synthd.daemon.synthesis import synthesize
from synthd.sandbox.programs import Language, Program, Tests
from synthd.synth.attempt import Attempt
from synthd.synth.run import Strategy
from synthd.synth.solve import Outcome
from synthd.synth.source.splice import splice


@dataclass(frozen=True, slots=True)
class FunctionCase:
    """Implements Case. What steers is the stub's examples; tests are held out."""

    id: str
    stub: Stub
    tests: Tests
    reference: str
    language: str = "python"

    @property
    def text(self) -> str:
        shown = "".join(f"assert {example}\n" for example in self.stub.examples)
        return self.stub.text + shown

    def unmet(self, strategy: Strategy) -> str:
        return ""

    async def search(self, sought: Sought, tools: Tools) -> Found:
        prepared = self.stub.prepared(tools.folder)
        try:
            done = await self._searched(prepared, sought, tools)
        except BadInput:
            if not prepared.tested:
                raise
            # Its examples fail by themselves: nothing was asked of the model yet.
            prepared = self.stub.prepared(tools.folder, tested=False)
            done = await self._searched(prepared, sought, tools)
        assert done.outcome is not None
        program = file_of(prepared, done.body).text if done.body else ""
        return found(done.outcome, program, steered=prepared.tested)

    async def score(self, program: str, tools: Tools) -> Score:
        return await scoring.score(Program(Language.PYTHON, program), self.tests, tools.pool)

    async def _searched(self, prepared: Prepared, sought: Sought, tools: Tools) -> Done:
        held_out = None
        if getattr(sought.strategy, "oracle", False):
            held_out = scoring.HeldOut(tools.pool, self.tests, lambda body: file_of(prepared, body))
        return await synthesize(prepared, setup_of(sought, tools), sought.trace, held_out=held_out)


def setup_of(sought: Sought, tools: Tools) -> Setup:
    return Setup(
        model=sought.model,
        strategy=sought.strategy,
        strategy_name=sought.strategy_name,
        budget=sought.budget,
        seed=sought.seed,
        limits=tools.limits,
        detection=tools.detection,
        unsafe=tools.unsafe,
        tracing=sought.tracing,
        extraction=sought.extraction,
        scorer=sought.scorer,
    )


def found(outcome: Outcome, program: str, *, steered: bool) -> Found:
    """program: of the outcome's best attempt, "" where it has none. steered: there were visible
    checks."""
    best = outcome.best
    return Found(
        program=program,
        visible=_visible(outcome, best) if steered else None,
        stop=outcome.stop.value,
        usage=replace(outcome.usage),
        seconds=outcome.seconds,
        oracle=outcome.oracle,
        turn=sum(1 for _ in best.lineage()) if best is not None and program else 0,
    )


def _visible(outcome: Outcome, best: Attempt | None) -> bool:
    if best is None:
        return False
    if not outcome.oracle:
        return best.accepted
    # The verdict is the oracle's; the cases are still those of the visible checks.
    cases = best.evaluation.cases
    return bool(cases) and all(case.passed for case in cases)


def file_of(prepared: Prepared, body: str) -> Program:
    raw = splice(prepared.source, prepared.target, body)
    return Program(Language.PYTHON, raw.decode())
