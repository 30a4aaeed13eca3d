"""`synthd synth`: the main job on the command line."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from synthd.daemon import config
from synthd.daemon.certifying import tell_daemon
from synthd.daemon.cli import ask, targets
from synthd.daemon.cli.live import Live
from synthd.daemon.cli.running import finish, telling
from synthd.daemon.cli.screen import complain, err, out
from synthd.daemon.cli.show import show
from synthd.daemon.compose import Composed, compose
from synthd.daemon.exits import BadInput, Exit, Failure, worst
from synthd.daemon.locations import recordings_dir, runs_dir, user_config_file
from synthd.daemon.placing import comment
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.daemon.recording import Recording
from synthd.daemon.report import Report, Status
from synthd.daemon.synthesis import Done, synthesize
from synthd.daemon.traces.kept import Tracing
from synthd.daemon.verus.sources import is_rust
from synthd.daemon.writing import NotWritten, replace
from synthd.synth.attempt import Grade
from synthd.synth.run import unwatched
from synthd.synth.source.errors import SourceError
from synthd.synth.source.place import place as find_place
from synthd.synth.source.splice import diff, splice
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText


@dataclass(frozen=True, slots=True)
class Options:
    targets: tuple[str, ...]
    write: bool = False
    json: bool = False
    examples: tuple[str, ...] = ()
    tests: tuple[Path, ...] = ()
    parameters: tuple[str, ...] = ()
    replace: bool = False
    repair: bool = False
    accept_partial: bool = False
    accept_untested: bool = False
    unsafe: bool = False
    cache: bool = False
    replay: bool = False
    trace: Path | None = None
    ask: bool = False
    gate: str | None = None  # these three for Rust
    proof: bool = False
    invariants: bool = False
    minimize: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    def wanted(self) -> Wanted:
        return Wanted(self.examples, self.tests, self.accept_untested, self.replace, self.repair)

    def recording(self) -> Recording | None:
        if not (self.cache or self.replay):
            return None
        return Recording(recordings_dir(), replay=self.replay)

    def tracing(self, keep: int) -> Tracing:
        return Tracing(runs_dir(), keep, self.trace)


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options))


async def _main(options: Options) -> Exit:
    def tell(file: str, function: str, failure: Failure) -> None:
        _failed(options, Path(file), function, failure)

    return await telling(_all(options), options.targets, tell if options.json else None)


async def _all(options: Options) -> Exit:
    rust = [is_rust(target) for target in options.targets]
    if all(rust):
        from synthd.daemon.cli import rust_synth

        # There to replace a body is to begin from it.
        begun = options.repair and not (options.proof or options.invariants)
        return await rust_synth.main(dataclasses.replace(options, replace=options.replace or begun))
    if any(rust):
        raise BadInput("Rust and Python are written by two commands: name them apart")
    if options.gate or options.proof or options.invariants or options.minimize:
        raise BadInput(
            "--gate, --proof, --invariants and --minimize are about proofs: name a .rs file"
        )
    named = targets.resolve(options.targets)
    # One composition for the whole command: the first file's workspace decides.
    place = find_place(named[0].path, environment=os.environ)
    loaded = config.load(place.workspace, user_config_file(), os.environ, options.settings)
    # What is wrong with a single function is said before a model is looked for.
    alone = sum(len(file.functions) for file in named) == 1
    if options.trace and not alone:
        raise BadInput(f"--trace {options.trace} is for one function: name it, FILE::FUNCTION")
    if alone:
        first = _prepare(options, named[0].path, named[0].functions[0], loaded.settings.python)
        if isinstance(first, BadInput):
            return _failed(options, named[0].path, named[0].functions[0], first)
    async with compose(
        loaded.settings,
        options.parameters,
        unsafe=options.unsafe,
        named=options.settings.get("model") is not None,
        recording=options.recording(),
        tracing=options.tracing(loaded.settings.keep_runs),
    ) as composed:
        if not options.json:
            err().print(composed.announcement(), markup=False)
        if options.ask and not ask.terminal():
            err().print(ask.NO_TERMINAL, markup=False)
        codes: list[Exit] = []
        for file in named:
            held: SourceText | None = None
            for function in file.functions:
                code, held = await _one(options, composed, file.path, function, held)
                codes.append(code)
    return worst(codes)


def _prepare(
    options: Options,
    path: Path,
    function: str,
    python: str | None,
    held: SourceText | None = None,
) -> Prepared | BadInput:
    try:
        source = held or targets.read(path)
        place = find_place(path, environment=os.environ, python=Path(python) if python else None)
        return prepare(source, find(source, function), place, options.wanted())
    except BadInput as problem:
        return problem
    except SourceError as problem:
        return BadInput(str(problem))


async def _one(
    options: Options, composed: Composed, path: Path, function: str, held: SourceText | None
) -> tuple[Exit, SourceText | None]:
    """Search for one function and show, print or write the result.

    held is the file with what was verified before and not written: the next function may call
    the last one. With --write the file itself says so, and may change between two functions.
    """
    prepared = _prepare(options, path, function, composed.settings.python, held)
    if isinstance(prepared, BadInput):
        return _failed(options, path, function, prepared), held
    try:
        done = await _search(options, prepared, composed, f"{path}::{function}")
    except Failure as failure:
        return _failed(options, path, function, failure), held
    if done.report.status is Status.VERIFIED and not options.write:
        last = done.prepared or prepared
        new = splice(last.source, last.target, done.body)
        held = SourceText.from_bytes(new, str(path))
    return _present(options, prepared, done), held


async def _search(options: Options, prepared: Prepared, composed: Composed, title: str) -> Done:
    console, setup = err(), composed.setup
    asks = options.ask and ask.terminal()
    if options.json:
        prompter = ask.Prompter(console, nullcontext) if asks else None
        return await synthesize(prepared, setup, unwatched, prompter)
    console.print(f"\n{title}", style="bold", markup=False)
    with Live(console, prepared.target.qualname, setup.budget) as live:
        prompter = ask.Prompter(console, live.aside) if asks else None
        return await synthesize(prepared, setup, live, prompter)


def _present(options: Options, prepared: Prepared, done: Done) -> Exit:
    path = Path(prepared.source.path)
    label = comment(done.report)
    last = done.prepared or prepared  # with the answers to questions in it
    new = splice(last.source, last.target, done.body, label) if done.body else b""
    written = bool(done.body) and options.write and _may_write(options, done.report)
    if written:
        try:
            replace(path, prepared.source.raw, new)
        except NotWritten as problem:
            return _failed(options, path, prepared.target.qualname, problem)
        tell_daemon(path, done.report, new, options.examples, options.tests)
    if options.json:
        print(done.report.json_text(), flush=True)
        return done.code
    changes = diff(prepared.source, new, str(path)) if done.body else ""
    show(out(), done.report, changes, written=written)
    if options.write and done.body and not written:
        flag = "--accept-partial" if done.report.status is Status.UNSOLVED else "--accept-untested"
        out().print(f"not written; {flag} would write it, labelled", markup=False)
    if done.report.run:
        out().print(f"run: {done.report.run}", markup=False)
    return done.code


def _may_write(options: Options, report: Report) -> bool:
    match report.status:
        case Status.VERIFIED:
            return True
        case Status.UNSOLVED:
            return options.accept_partial
        case Status.UNDECIDED:
            return options.accept_untested
        case Status.ERROR:
            return False


def _failed(options: Options, path: Path, function: str, problem: Exception) -> Exit:
    code = problem.code if isinstance(problem, Failure) else Exit.ENVIRONMENT
    if options.json:
        report = Report(
            file=str(path),
            function=function,
            line=0,
            status=Status.ERROR,
            grade=Grade.UNKNOWN,
            message=str(problem),
        )
        print(report.json_text(), flush=True)
    else:
        complain(f"{path}::{function}: {problem}")
    return code
