"""`synthd verify`: what is in a file, judged against its own examples."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from synthd.daemon import config
from synthd.daemon.cli import targets, watching
from synthd.daemon.cli.running import finish, telling
from synthd.daemon.cli.screen import complain, err, out
from synthd.daemon.cli.show import count, show_checks
from synthd.daemon.exits import BadInput, Exit, Failure, Uncalled, worst
from synthd.daemon.isolating import isolation
from synthd.daemon.locations import user_config_file
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.daemon.settings import Settings
from synthd.daemon.verifying import CODES, Standing, VerifyReport, verify
from synthd.daemon.verus.sources import is_rust
from synthd.sandbox.level import Detection
from synthd.synth.attempt import CaseOutcome
from synthd.synth.source.errors import SourceError
from synthd.synth.source.examples import examples
from synthd.synth.source.function import Target
from synthd.synth.source.place import place as find_place
from synthd.synth.source.target import find, functions
from synthd.synth.source.text import SourceText

if TYPE_CHECKING:
    from rich.console import Console

COLOUR = {
    Standing.VERIFIED: "green",
    Standing.REFUTED: "red",
    Standing.UNDECIDED: "yellow",
    Standing.STUB: "dim",
    Standing.ERROR: "red",
}
EXAMPLE = """\
An example is a line of the docstring, in either form:

    def double(x):
        \"\"\"Twice x.

        >>> double(2)
        4
        double(-3) -> -6
        \"\"\""""


@dataclass(frozen=True, slots=True)
class Options:
    targets: tuple[str, ...]
    tests: tuple[Path, ...] = ()
    examples: tuple[str, ...] = ()
    json: bool = False
    unsafe: bool = False
    watch: bool = False
    gate: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The functions of one file to look at. named: the user asked for this one function."""

    source: SourceText
    functions: tuple[Target, ...]
    named: bool

    @property
    def path(self) -> Path:
        return Path(self.source.path)


@dataclass(frozen=True, slots=True)
class Judged:
    """code: None where there was nothing to verify."""

    report: VerifyReport
    code: Exit | None


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options))


async def _main(options: Options) -> Exit:
    def tell(file: str, function: str, failure: Failure) -> None:
        print(_error(Path(file), function, 0, failure).json_text(), flush=True)

    return await telling(_all(options), options.targets, tell if options.json else None)


async def _all(options: Options) -> Exit:
    if any(is_rust(target) for target in options.targets):
        return await _rust(options)
    if options.gate:
        raise BadInput("--gate is for Rust: Python is judged by its examples")
    if options.examples and any("::" not in target for target in options.targets):
        raise BadInput("--example is about one function: name it, FILE::FUNCTION")
    if options.watch:
        files = [Path(target.partition("::")[0]) for target in options.targets]
        complain(f"watching {', '.join(map(str, files))}; Ctrl-C ends it")
        await watching.watch(files, lambda: _python(options))
    return await _python(options)


async def _rust(options: Options) -> Exit:
    from synthd.daemon.cli import rust_verify

    if not all(is_rust(target) for target in options.targets):
        raise BadInput("Rust and Python are verified by two commands: name them apart")
    if options.examples:
        raise BadInput("--example is for Python: a Rust function is held to its contract")
    asked = rust_verify.Asked(
        options.targets,
        options.tests,
        json=options.json,
        unsafe=options.unsafe,
        watch=options.watch,
        gate=options.gate,
        settings=options.settings,
    )
    return await rust_verify.main(asked)


async def _python(options: Options) -> Exit:
    chosen = [_choose(argument, options.tests) for argument in options.targets]
    place = find_place(chosen[0].path, environment=os.environ)
    settings = config.load(
        place.workspace, user_config_file(), os.environ, options.settings
    ).settings
    detection = await isolation(unsafe=options.unsafe)
    judge = Judge(options, settings, detection)
    return worst([await judge.file(file) for file in chosen])


@dataclass(frozen=True, slots=True)
class Judge:
    options: Options
    settings: Settings
    detection: Detection

    async def file(self, chosen: Chosen) -> Exit:
        codes: list[Exit] = []
        for target in chosen.functions:
            report = await self._one(chosen, target)
            if report is None:
                continue
            if report.code is not None:
                codes.append(report.code)
            if self.options.json:
                print(report.report.json_text(), flush=True)
            else:
                show(out(), report.report)
        if codes:
            return worst(codes)
        if not self.options.json:
            complain(f"{chosen.path}: nothing was verified")
        return Exit.USAGE

    async def _one(self, chosen: Chosen, target: Target) -> Judged | None:
        """None: only looked at because the tests have a word that is its name."""
        path, name = chosen.path, target.qualname
        if target.is_stub:
            return Judged(_stub(path, target), None)
        try:
            prepared = self._prepare(chosen.source, target)
            with waiting(err(), f"verifying {name}", quiet=self.options.json):
                report = await verify(
                    prepared, self.settings.limits, self.detection, unsafe=self.options.unsafe
                )
        except Failure as failure:
            stated = examples(chosen.source, target)
            if isinstance(failure, Uncalled) and not chosen.named and not stated.checks:
                return None
            return Judged(_error(path, name, target.line, failure), failure.code)
        return Judged(report, CODES[report.status])

    def _prepare(self, source: SourceText, target: Target) -> Prepared:
        python = Path(self.settings.python) if self.settings.python else None
        try:
            place = find_place(Path(source.path), environment=os.environ, python=python)
        except SourceError as error:
            raise BadInput(str(error)) from None
        wanted = Wanted(
            self.options.examples, self.options.tests, accept_untested=True, replace=True
        )
        prepared = prepare(source, target, place, wanted)
        if not prepared.checks:
            unread = "".join(f"\n  {warning}" for warning in prepared.warnings)
            raise BadInput(f"there are no examples to verify it against.{unread}\n{EXAMPLE}")
        return prepared


def _choose(argument: str, tests: tuple[Path, ...]) -> Chosen:
    """Raises BadInput for what does not exist, before anything is started."""
    file, colons, function = argument.partition("::")
    source = targets.read(Path(file))
    mentioned = [_read_tests(path) for path in tests]
    try:
        if colons:
            return Chosen(source, (find(source, function.replace("::", ".")),), True)
        every = [t for t in functions(source) if not t.declared_only]
    except SourceError as error:
        raise BadInput(f"{file}: {error}") from None
    found = tuple(t for t in every if _has_checks(source, t, mentioned))
    if not found:
        tested = " and no function that the tests name" if tests else ""
        raise BadInput(f"{file} has no function with examples{tested}. {EXAMPLE}")
    return Chosen(source, found, False)


def _has_checks(source: SourceText, target: Target, tests: list[str]) -> bool:
    stated = examples(source, target)
    # A line that looks like an example and cannot be read must not pass in silence.
    if stated.checks or stated.unparsed:
        return True
    return any(re.search(rf"\b{re.escape(target.name)}\b", text) for text in tests)


def _read_tests(path: Path) -> str:
    try:
        return SourceText.load(path).code
    except (OSError, SourceError) as error:
        raise BadInput(f"--tests {path}: {getattr(error, 'strerror', None) or error}") from None


def _stub(path: Path, target: Target) -> VerifyReport:
    return VerifyReport(
        file=str(path),
        function=target.qualname,
        line=target.line,
        status=Standing.STUB,
        message=f"nothing to verify: {target.qualname} is a stub; "
        f"`synthd synth {path}::{target.qualname}` writes it",
    )


def _error(path: Path, function: str, line: int, problem: Failure) -> VerifyReport:
    return VerifyReport(
        file=str(path), function=function, line=line, status=Standing.ERROR, message=str(problem)
    )


def waiting(
    console: Console, what: str, *, quiet: bool
) -> contextlib.AbstractContextManager[object]:
    """A moving line on a terminal, nothing elsewhere."""
    if quiet or not console.is_interactive:
        return contextlib.nullcontext()
    return console.status(what)


def show(console: Console, report: VerifyReport) -> None:
    from rich.markup import escape

    where = escape(f"{report.file}:{report.line} {report.function}")
    graded = f" (grade: {report.grade})" if report.proof else ""
    console.print(f"[bold {COLOUR[report.status]}]{report.status}[/]{graded} [bold]{where}[/]")
    if report.status not in (Standing.VERIFIED, Standing.REFUTED) or report.labels:
        console.print(f"  {escape(report.message)}")
    # What failed is what the reader looks for.
    show_checks(console, sorted(report.checks, key=lambda c: c.outcome is CaseOutcome.PASS))
    if report.proof is not None:
        facts = report.proof
        console.print(
            f"  [dim]{count(len(report.checks), 'check')}, {report.seconds:.1f} s, judged in "
            f"{facts.judge.isolation}, sha256 {facts.code_sha256[:12]}[/]"
        )
    for warning in report.warnings:
        console.print(f"[yellow]note[/] {escape(warning)}")
