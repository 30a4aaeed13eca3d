"""A worker's job for a function of a Rust file: the same search as `synthd synth FILE.rs::NAME`.

What Verus has decided is kept in the job's folder, so that a later attempt at the same job asks it
nothing twice, as it asks the model nothing twice.
"""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from synthd.daemon.compose import Composed, compose
from synthd.daemon.exits import BadInput, Failure, Stalled
from synthd.daemon.jobs.messages import Ended, Start, Stopped
from synthd.daemon.jobs.spec import Options, Proving, Spec
from synthd.daemon.models import OwnedModel
from synthd.daemon.recording import Resumable
from synthd.daemon.reporting import Done
from synthd.daemon.settings import Settings
from synthd.daemon.traces.kept import Told
from synthd.daemon.verus import placing, sources
from synthd.daemon.verus.defaults import defaults, parameters
from synthd.daemon.verus.installed import Tool, open_checker, tool
from synthd.daemon.verus.prepare import Prepared, Wanted, prepare
from synthd.daemon.verus.remembering import Memory
from synthd.daemon.verus.synthesis import Job as Search
from synthd.daemon.workers.leased import Leased, leased
from synthd.daemon.workers.resolving import settings_of, untrusted
from synthd.daemon.workers.telling import Teller
from synthd.daemon.workers.work import PATIENCE, Job, bug
from synthd.synth.models.scrub import without_secrets
from synthd.synth.source.errors import SourceError
from synthd.synth.source.place import find_workspace
from synthd.synth.source.text import SourceText
from synthd.synth.verifiers.verus.gate import Rules

# Between two steps of a search there may be a few runs of Verus, one after the other.
RUNS = 4


@dataclass(frozen=True, slots=True)
class Resolved:
    """named: the model was named for this very job, rather than configured."""

    prepared: Prepared
    settings: Settings
    memory: Memory
    named: bool


def is_rust(spec: Spec) -> bool:
    return Path(spec.path).suffix == sources.SUFFIX


def resolved(start: Start) -> Resolved:
    """Raises BadInput. Runs nothing."""
    spec = start.spec
    untrusted(spec)
    _refuse(spec.options)
    source = sources.of_bytes(spec.text.encode("utf-8", "surrogatepass"), spec.path)
    workspace = Path(spec.workspace) if spec.workspace else find_workspace(Path(spec.path))
    settings = defaults(settings_of(start, workspace))
    memory = Memory.of(settings, learning=True)
    prepared = prepare(source, _function(source, spec), _wanted(spec, memory), Rules())
    old = tuple(f"{file.problem} (the settings of before count)" for file in start.files)
    prepared = replace(prepared, warnings=(*prepared.warnings, *old))
    return Resolved(prepared, settings, memory, spec.settings.get("model") is not None)


def _function(source: SourceText, spec: Spec) -> str:
    if spec.function is not None:
        return spec.function.replace(".", "::")
    if spec.offset is not None:
        return sources.at(source, spec.offset).path
    raise BadInput("which function? name it, or say where it stands")


def _wanted(spec: Spec, memory: Memory) -> Wanted:
    options = spec.options
    return Wanted(
        proof=options.proof is Proving.PROOF,
        replace=options.replace or options.repair,
        accept_untested=options.accept_untested,
        fixes=memory.fixes,
        invariants=options.proof is Proving.INVARIANTS,
        anew=options.proof is Proving.ANEW,
    )


def _refuse(options: Options) -> None:
    if options.examples or options.tests:
        raise BadInput(
            "examples and tests are for Python: a Rust function is held to its `requires` and "
            "`ensures`"
        )


@dataclass(slots=True)
class RustJob(Job):
    async def run(self) -> Ended | Stopped:
        """Never raises, but when cancelled."""
        try:
            found = resolved(self.start)
            self._function = found.prepared.function.path
            verus = await tool(found.settings, os.environ)
            async with AsyncExitStack() as stack:
                done, prepared = await self._proved(stack, found, verus)
        except Stalled as failure:
            return Stopped(why=without_secrets(str(failure)))
        except (Failure, SourceError) as failure:
            return self._failed(without_secrets(str(failure)))
        except Exception as error:
            return self._failed(bug(error))
        self._lines.finish()
        return _ended(prepared, done)

    async def _proved(
        self, stack: AsyncExitStack, found: Resolved, verus: Tool
    ) -> tuple[Done, Prepared]:
        prepared, start = found.prepared, self.start
        rules = replace(prepared.rules, termination=verus.demands_termination)
        note = (verus.note,) if verus.note else ()
        prepared = replace(prepared, rules=rules, warnings=(*prepared.warnings, *note))
        composed = await self._searching(stack, found)
        detection = composed.setup.detection
        opened = open_checker(
            verus,
            found.settings,
            detection,
            unsafe=start.spec.options.unsafe,
            cache=Path(start.folder) / "verus",
        )
        checker = await stack.enter_async_context(opened)
        await self._identify()
        self.say(self._settled(found.settings, composed))
        setup = composed.setup
        teller = Teller(self.say, setup.strategy_name, setup.budget, start.spent)
        teller.begin()
        try:
            done = await Search(prepared, setup, checker, found.memory, trace=teller).run()
        finally:
            teller.close()
        return done, prepared

    async def _searching(self, stack: AsyncExitStack, found: Resolved) -> Composed:
        start, settings = self.start, found.settings
        patience = max(PATIENCE, RUNS * settings.verus_seconds)

        def through(model: OwnedModel) -> Leased:
            self._model = leased(model, self.leases)
            stack.push_async_callback(self._model.aclose)
            return self._model

        return await stack.enter_async_context(
            compose(
                settings,
                [*parameters(settings), *start.spec.options.parameters],
                unsafe=start.spec.options.unsafe,
                named=found.named,
                recording=Resumable(Path(start.folder), self._lines.differs, patience),
                tracing=Told(start.job, self._lines, start.spent),
                through=through,
                spent=start.spent,
                pruning=self._cutting.pruning,
            )
        )


def _ended(prepared: Prepared, done: Done) -> Ended:
    report = done.report
    return Ended(
        status=report.status.value,
        grade=report.grade.value,
        message=report.message,
        function=report.function,
        replacement=placing.verified(prepared, done),
        code=report.code,
        report=report.model_dump(mode="json", by_alias=True),
        partial=placing.partial(prepared, done),
    )
