"""From a function in a file to a problem: what is asked, and what will count as right."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.synth.problem import Check, Problem, Spec, TestFile
from synthd.synth.source import context, examples, module_text
from synthd.synth.source.arrows import Callee
from synthd.synth.source.contradictions import contradictions
from synthd.synth.source.errors import ExampleError, SourceError
from synthd.synth.source.function import Target
from synthd.synth.source.place import Place
from synthd.synth.source.splice import body_of
from synthd.synth.source.text import SourceText


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked about one function, beyond what its file says."""

    examples: tuple[str, ...] = ()  # as given: "f(2) == 4"
    tests: tuple[Path, ...] = ()
    accept_untested: bool = False
    replace: bool = False  # also a function that has a body
    repair: bool = False  # the same, and begin from that body


@dataclass(frozen=True, slots=True)
class Prepared:
    """One function, ready to be searched for."""

    source: SourceText
    target: Target
    place: Place
    problem: Problem
    module_text: str  # what of the file can be executed
    warnings: tuple[str, ...] = field(default=())

    @property
    def checks(self) -> tuple[Check, ...]:
        return self.problem.spec.visible

    @property
    def tested(self) -> bool:
        return bool(self.checks)


def prepare(source: SourceText, target: Target, place: Place, wanted: Wanted) -> Prepared:
    """Read the checks and refuse what cannot be synthesized. Raises BadInput. Calls no model."""
    if not target.is_stub and not (wanted.replace or wanted.repair):
        raise BadInput(
            f"{target.qualname} (line {target.line}) already has a body; "
            "add --replace to synthesize it anew, or --repair to begin from it"
        )
    try:
        found = examples.examples(source, target)
        checks = (
            *found.checks,
            *_given(examples.callee(source, target), wanted.examples),
            *_tests(wanted.tests),
        )
        runnable = module_text.runnable(source, target)
    except SourceError as error:
        raise BadInput(str(error)) from None
    _refuse_contradictions(target, checks)
    warnings = [
        f"line {bad.line}: {bad.text.strip()!r} is not used: {bad.why}" for bad in found.unparsed
    ]
    warnings += [
        f"lines {lost.first} to {lost.last} do not parse and are left out"
        for lost in runnable.left_out
    ]
    if not checks and not wanted.accept_untested:
        raise BadInput(_no_examples(target, warnings))
    problem = Problem(
        id=f"{place.module}.{target.qualname}",
        statement=target.docstring.text if target.docstring else "",
        start=context.stub_text(source, target),
        head=context.stub_text(source, dataclasses.replace(target, docstring=None)),
        entry_point=target.qualname,
        context=context.relevant(source, target),
        spec=Spec(visible=checks),
        given=body_of(source, target) if wanted.repair and not target.is_stub else "",
    )
    return Prepared(source, target, place, problem, runnable.text, tuple(warnings))


def _given(target: Callee, texts: Sequence[str]) -> list[Check]:
    """The --example options that are about this function."""
    checks: list[Check] = []
    for text in texts:
        try:
            checks.append(examples.parse_example(text, target))
        except ExampleError as error:
            raise BadInput(str(error)) from None
    return checks


def _tests(paths: Sequence[Path]) -> list[Check]:
    checks: list[Check] = []
    for path in paths:
        try:
            text = SourceText.load(path).code
        except (OSError, SourceError) as error:
            raise BadInput(f"--tests {path}: {getattr(error, 'strerror', None) or error}") from None
        checks.append(TestFile(f"tests:{path.name}", str(path.resolve()), text))
    return checks


def _refuse_contradictions(target: Target, checks: tuple[Check, ...]) -> None:
    clash = next(iter(contradictions(checks)), None)
    if clash is not None:
        raise BadInput(f"{target.qualname}: {clash}")


def _no_examples(target: Target, warnings: Sequence[str]) -> str:
    why = "".join(f"\n  {warning}" for warning in warnings)
    return (
        f"{target.qualname} (line {target.line}) has no examples to verify against. Add a doctest "
        f"(>>> {target.name}(...)) to its docstring; on the command line also: --example "
        f"'{target.name}(...) == ...', --tests FILE, or --accept-untested for code that nothing "
        f"has checked.{why}"
    )
