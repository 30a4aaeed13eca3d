"""`synthd synth FILE.rs::FUNCTION`: a body with its proof, or the proof alone."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from synthd.daemon import config, writing
from synthd.daemon.certifying import tell_daemon
from synthd.daemon.cli.live import Live
from synthd.daemon.cli.screen import complain, err, out
from synthd.daemon.cli.synth import Options
from synthd.daemon.compose import Composed, compose
from synthd.daemon.exits import BadInput, Exit, Failure, worst
from synthd.daemon.identifying import identified
from synthd.daemon.locations import recordings_dir, user_config_file
from synthd.daemon.report import Status
from synthd.daemon.reporting import Done
from synthd.daemon.settings import Settings
from synthd.daemon.verus import sources
from synthd.daemon.verus.defaults import defaults, parameters
from synthd.daemon.verus.installed import Tool, open_checker, tool
from synthd.daemon.verus.prepare import Prepared, Wanted, prepare
from synthd.daemon.verus.remembering import Memory
from synthd.daemon.verus.showing import show_search
from synthd.daemon.verus.synthesis import Job
from synthd.daemon.verus.wire import ProofReport
from synthd.daemon.verus.writing import UNPROVED, labelled
from synthd.synth.attempt import Grade
from synthd.synth.ports import Trace
from synthd.synth.run import unwatched
from synthd.synth.source.place import find_workspace
from synthd.synth.source.splice import diff
from synthd.synth.source.text import SourceText
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.gate import Rules


async def main(options: Options) -> Exit:
    """Raises Failure where the command as a whole cannot be."""
    _refuse(options)
    named = [sources.resolve(target) for target in options.targets]
    functions = [
        (file.source, (file.function,) if file.function else sources.stubs(file.source))
        for file in named
    ]
    loaded = config.load(
        find_workspace(named[0].path), user_config_file(), os.environ, options.settings
    )
    settings = defaults(loaded.settings)
    memory = Memory.of(settings, learning=not (options.cache or options.replay))
    if sum(len(names) for _, names in functions) == 1:
        # What is wrong with a single function is said before Verus or a model is looked for.
        source, (name, *_) = functions[0]
        prepare(source, name, _wanted(options, memory), _rules(options))
    elif options.trace:
        raise BadInput(f"--trace {options.trace} is for one function: name it, FILE::FUNCTION")
    found = await tool(settings, os.environ)
    async with _opened(options, settings, found) as (composed, checker):
        command = _Command(options, composed, checker, memory, _rules(options, found), found.note)
        codes: list[Exit] = []
        for source, names in functions:
            held = source
            for name in names:
                code, held = await command.one(held, name)
                codes.append(code)
    return worst(codes)


@asynccontextmanager
async def _opened(
    options: Options, settings: Settings, found: Tool
) -> AsyncIterator[tuple[Composed, Checker]]:
    cache = recordings_dir() / "verus" if options.cache or options.replay else None
    async with compose(
        settings,
        [*parameters(settings), *options.parameters],
        unsafe=options.unsafe,
        named=options.settings.get("model") is not None,
        recording=options.recording(),
        tracing=options.tracing(settings.keep_runs),
    ) as composed:
        detection = composed.setup.detection
        async with open_checker(
            found, settings, detection, unsafe=options.unsafe, cache=cache
        ) as checker:
            if not options.json:
                err().print(composed.announcement(), markup=False)
                err().print(f"Verus {found.installation.version}", markup=False)
            yield composed, checker


@dataclass(frozen=True, slots=True)
class _Command:
    options: Options
    composed: Composed
    checker: Checker
    memory: Memory
    rules: Rules
    note: str = ""

    async def one(self, source: SourceText, name: str) -> tuple[Exit, SourceText]:
        """The file as the next function should see it, besides: with what was proved."""
        target = f"{source.path}::{name}"
        try:
            wanted = _wanted(self.options, self.memory)
            prepared = prepare(source, name, wanted, self.rules)
            if self.note:
                prepared = replace(prepared, warnings=(*prepared.warnings, self.note))
            done = await self._searched(prepared, target)
            written = self._written(prepared, done)
        except (Failure, writing.NotWritten) as failure:
            return failed(self.options, source.path, name, failure), source
        self._present(prepared, done, written=written)
        keep = written or (done.report.status is Status.VERIFIED and not self.options.write)
        if not (keep and done.body):
            return done.code, source
        body = labelled(done.body, _comment(done))
        return done.code, sources.of_bytes(prepared.file(body), source.path)

    async def _searched(self, prepared: Prepared, target: str) -> Done:
        setup = await identified(self.composed.setup)
        with self._live(prepared, target) as trace:
            job = Job(
                prepared,
                setup,
                self.checker,
                self.memory,
                self.options.minimize,
                trace,
            )
            return await job.run()

    @contextmanager
    def _live(self, prepared: Prepared, target: str) -> Iterator[Trace]:
        if self.options.json:
            yield unwatched
            return
        console = err()
        console.print(f"\n{target}", style="bold", markup=False)
        with Live(console, prepared.function.path, self.composed.setup.budget) as live:
            yield live

    def _written(self, prepared: Prepared, done: Done) -> bool:
        """Raises NotWritten."""
        if not (done.body and self.options.write and self._may_write(done.report.status)):
            return False
        body = labelled(done.body, _comment(done))
        path = Path(prepared.source.path)
        new = prepared.file(body)
        writing.replace(path, prepared.source.raw, new)
        tell_daemon(path, done.report, new, (), ())
        return True

    def _may_write(self, status: Status) -> bool:
        match status:
            case Status.VERIFIED:
                return True
            case Status.UNSOLVED:
                return self.options.accept_partial
            case Status.UNDECIDED:
                return self.options.accept_untested or self.options.accept_partial
            case Status.ERROR:
                return False

    def _present(self, prepared: Prepared, done: Done, *, written: bool) -> None:
        report = done.report
        assert isinstance(report, ProofReport)
        if self.options.json:
            print(report.json_text(), flush=True)
            return
        changes = ""
        if done.body:
            new = prepared.file(labelled(done.body, _comment(done)))
            changes = diff(prepared.source, new, prepared.source.path)
        show_search(out(), report, changes, written=written)
        if self.options.write and done.body and not written:
            out().print("not written; --accept-partial would write it, labelled", markup=False)
        if report.run:
            out().print(f"run: {report.run}", markup=False)


def failed(options: Options, path: str, function: str, problem: Exception) -> Exit:
    code = problem.code if isinstance(problem, Failure) else Exit.ENVIRONMENT
    if options.json:
        report = ProofReport(
            file=path,
            function=function,
            line=0,
            status=Status.UNDECIDED if code is Exit.UNDECIDED else Status.ERROR,
            grade=Grade.UNKNOWN,
            message=str(problem),
        )
        print(report.json_text(), flush=True)
    else:
        complain(f"{path}::{function}: {problem}")
    return code


def _comment(done: Done) -> str:
    """The label in the file of a body that is not proved."""
    if done.report.status is Status.VERIFIED:
        return ""
    return UNPROVED


def _wanted(options: Options, memory: Memory) -> Wanted:
    return Wanted(
        options.proof,
        options.replace,
        options.accept_untested,
        memory.fixes,
        options.invariants,
    )


def _rules(options: Options, found: Tool | None = None) -> Rules:
    return Rules(
        gate="paper" if options.gate == "paper" else "strict",
        termination=found is not None and found.demands_termination,
    )


def _refuse(options: Options) -> None:
    for given, name in (
        (options.examples, "--example"),
        (options.tests, "--tests"),
        (options.ask, "--ask"),
        (options.settings.get("python"), "--python"),
    ):
        if given:
            raise BadInput(
                f"{name} is for Python: a Rust function is held to its `requires` and `ensures`"
            )
    if options.gate not in (None, "strict", "paper"):
        raise BadInput(f"--gate {options.gate!r}: it is strict or paper")
    if options.proof + options.invariants + options.replace > 1:
        raise BadInput(
            "--proof keeps the code, --invariants all but clauses of loops, --replace nothing: "
            "give one of them"
        )
