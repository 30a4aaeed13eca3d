"""A worker's job for a function of a Rust file: the same search as `synthd synth FILE.rs::NAME`.

What Verus has decided is kept in the job's folder, so that a later attempt at the same job asks it
nothing twice, as it asks the model nothing twice.
"""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.daemon.jobs.messages import Ended, Start
from synthd.daemon.jobs.spec import Options, Proving, Spec
from synthd.daemon.reporting import Done
from synthd.daemon.settings import Settings
from synthd.daemon.verus import placing, sources
from synthd.daemon.verus.defaults import defaults, parameters
from synthd.daemon.verus.installed import Tool, open_checker, tool
from synthd.daemon.verus.prepare import Prepared, Wanted, prepare
from synthd.daemon.verus.remembering import Memory
from synthd.daemon.verus.synthesis import Job as Search
from synthd.daemon.workers.resolving import held_back, settings_of, untrusted
from synthd.daemon.workers.work import Job, ended
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
    prepared = replace(prepared, warnings=(*prepared.warnings, *held_back(start)))
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
    async def _ended(self, stack: AsyncExitStack) -> Ended:
        found = resolved(self.start)
        self._function = found.prepared.function.path
        verus = await tool(found.settings, os.environ)
        prepared = _with(found.prepared, verus)
        done = await self._proved(stack, found, prepared, verus)
        placed, best = placing.verified(prepared, done), placing.partial(prepared, done)
        return ended(done.report, placed, best)

    async def _proved(
        self, stack: AsyncExitStack, found: Resolved, prepared: Prepared, verus: Tool
    ) -> Done:
        settings, options = found.settings, self.start.spec.options
        given = [*parameters(settings), *options.parameters]
        patience = RUNS * settings.verus_seconds
        composed = await self._composed(stack, settings, given, found.named, patience)
        opened = open_checker(
            verus,
            settings,
            composed.setup.detection,
            unsafe=options.unsafe,
            cache=Path(self.start.folder) / "verus",
        )
        checker = await stack.enter_async_context(opened)
        await self._settle(settings, composed)
        with self._told(composed) as teller:
            search = Search(prepared, composed.setup, checker, found.memory, trace=teller)
            return await search.run()


def _with(prepared: Prepared, verus: Tool) -> Prepared:
    """As this Verus wants it."""
    rules = replace(prepared.rules, termination=verus.demands_termination)
    note = (verus.note,) if verus.note else ()
    return replace(prepared, rules=rules, warnings=(*prepared.warnings, *note))
