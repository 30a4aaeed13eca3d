"""One job for a Rust function: searched for to a report, as synthesis.py does it for Python."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from dataclasses import dataclass
from functools import partial

from synthd.daemon.exits import BadInput, Exit, Failure, Missing, Stalled
from synthd.daemon.recording import Search, recorded
from synthd.daemon.reporting import Done
from synthd.daemon.setup import Setup
from synthd.daemon.traces.header import header_of
from synthd.daemon.traces.kept import Log, kept
from synthd.daemon.verus.prepare import Prepared
from synthd.daemon.verus.remembering import Memory
from synthd.daemon.verus.reporting import Result, reported
from synthd.sandbox.errors import SandboxError
from synthd.synth.attempt import Attempt, Candidate
from synthd.synth.events import Tried
from synthd.synth.extraction import named
from synthd.synth.models.errors import ContextTooLong, ModelError
from synthd.synth.ports import Trace
from synthd.synth.proving.minimize import Minimized, minimize, proved_by
from synthd.synth.run import Run, unwatched
from synthd.synth.solve import Outcome, solve
from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.estimating import estimating
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.preflight import Preflight, Trouble
from synthd.synth.verifiers.verus.verifier import VerusVerifier


class Unanswered(Failure):
    """Verus gives no answer about the file, whatever the function's body is."""

    code = Exit.UNDECIDED


@dataclass(frozen=True, slots=True)
class Job:
    """small: superfluous parts of the proof are left out at the end."""

    prepared: Prepared
    setup: Setup
    checker: Checker
    memory: Memory
    small: bool = False
    trace: Trace = unwatched

    async def run(self) -> Done:
        """Raises BadInput where nothing can be proved, before any model is asked, Missing, and
        Stalled where the model does not answer now."""
        prepared, setup = self.prepared, self.setup
        verifier = VerusVerifier(
            self.checker, prepared.source.text, prepared.function.path, prepared.rules
        )
        try:
            before = await verifier.preflight()
            refuse(before, prepared)
            target = f"{prepared.source.path}::{prepared.function.path}"
            begin = partial(header_of, prepared.problem, target, setup, setup.strategy)
            with kept(setup.tracing, begin) as log:
                outcome, minimized = await self._searched(verifier, log)
                log.end(outcome.stop.value, oracle=outcome.oracle)
        except (ContextTooLong, Unmet, SandboxError) as error:
            raise Missing(str(error)) from None
        except ModelError as error:
            raise Stalled(str(error)) from None
        learned, problem = 0, ""
        if outcome.best is not None and outcome.best.accepted:
            learned, problem = self.memory.learn(outcome.best, prepared.head)
        warnings = [*self.memory.skipped, *([problem] if problem else [])]
        result = Result(
            prepared, setup, self.checker, verifier, before, outcome, minimized, learned
        )
        return await reported(result, log, warnings)

    async def _searched(
        self, verifier: VerusVerifier, log: Log
    ) -> tuple[Outcome, Minimized | None]:
        prepared, setup = self.prepared, self.setup
        search = Search(
            prepared.problem,
            setup.strategy,
            setup.budget,
            setup.seed,
            setup.model,
            setup.extraction,
            setup.scorer.identity if setup.scorer else "",
        )
        with recorded(setup.recording, search, setup.spent) as (model, pace):
            run = Run(
                prepared.problem,
                model,
                estimating(verifier, setup.scorer),
                setup.budget,
                setup.seed,
                named.reader(prepared.read, setup.extraction),
                log.beside(self.trace),
                pace,
                setup.pruning,
            )
            log.follow(run)
            outcome = await solve(run, setup.strategy)
        began = time.monotonic()
        left = setup.budget.seconds - outcome.seconds
        minimized = await self._minimized(run, verifier, outcome, left) if self.small else None
        seconds = outcome.seconds + time.monotonic() - began
        return dataclasses.replace(outcome, best=run.best, seconds=seconds), minimized

    async def _minimized(
        self, run: Run, verifier: VerusVerifier, outcome: Outcome, left: float
    ) -> Minimized | None:
        """Within what is left of the time; the smaller program is the search's result then."""
        best = outcome.best
        if best is None or not best.accepted or best.evaluation.labels:
            return None
        problem = self.prepared.problem
        try:
            async with asyncio.timeout(max(left, 1.0)):
                check = proved_by(verifier, problem)
                small = await minimize(best.candidate.code, check)
                candidate = Candidate(
                    small.body, best, f"{best.candidate.node}/minimize", seed=best.candidate.seed
                )
                evaluation = await verifier.verify(problem, candidate)
        except TimeoutError:
            return None
        if small.removed:
            run.best = Attempt(candidate, evaluation)
            run.trace(Tried(run.best, run.ledger.usage.programs))
        return small


def refuse(before: Preflight, prepared: Prepared) -> None:
    """What the user has to mend first. Raises BadInput and Unanswered."""
    path, name = prepared.source.path, prepared.function.path
    for finding in before.findings:
        where = f"{path}:{finding.line}: " if finding.line else ""
        match finding.trouble:
            case Trouble.CONTRADICTION:
                raise BadInput(f"{where}{finding.message} ({_evidence(before)})")
            case Trouble.BROKEN:
                raise BadInput(f"{where}{finding.message}")
            case Trouble.NO_ENSURES | Trouble.TRIVIAL:
                pass
    if before.report.crash:
        last = "\n".join(before.report.crash.splitlines()[-12:])
        raise Unanswered(
            f"{path}: {before.report.reason}; nothing can be proved about {name} with it. "
            f"It said:\n{last}"
        )


def _evidence(before: Preflight) -> str:
    report = before.probed[0].report
    return (
        f"the probe, this function with the body `assert(false)`: {report.verified} verified, "
        f"{report.errors} errors, Verus {report.version}"
    )
