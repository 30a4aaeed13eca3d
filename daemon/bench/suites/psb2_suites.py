"""PSB2's four forms: functions in Python and C++, and programs that read and print in both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite, Case, Split
from synthd.daemon.bench.suites import psb2_cpp, psb2_rows
from synthd.daemon.bench.suites.native_answers import Functions, Programs
from synthd.daemon.bench.suites.observing import Inputs
from synthd.daemon.bench.suites.program import ProgramCase, as_it_is
from synthd.daemon.bench.suites.psb2_function import RowsCase
from synthd.daemon.bench.suites.script_answers import Scripts
from synthd.daemon.bench.suites.stubs import Stub, module_name
from synthd.sandbox.programs import Exchanges, Language, Rows
from synthd.synth.problem import Problem
from synthd.synth.suites import psb2, psb2_stdio
from synthd.synth.suites.psb2_data import LICENCE, PsbProblem

_CHECKED = (
    "cut-vector and find-pair accept any right answer, also where a row steers. luhn and snow-day: "
    "the data does not do what the description says. Floats: within 0.001, or a millionth."
)


def load_functions(data: Path) -> BenchSuite:
    return _suite("psb2", "PSB2, functions", data, _function)


def load_cpp_functions(data: Path) -> BenchSuite:
    return _suite("psb2-cpp", "PSB2, C++ functions", data, _cpp_function)


def load_programs(data: Path) -> BenchSuite:
    make = partial(_program, suite="psb2-stdio", language=Language.PYTHON)
    return _suite("psb2-stdio", "PSB2, Python programs", data, make)


def load_cpp_programs(data: Path) -> BenchSuite:
    make = partial(_program, suite="psb2-stdio-cpp", language=Language.CPP)
    return _suite("psb2-stdio-cpp", "PSB2, C++ programs", data, make)


def _suite(
    name: str, title: str, data: Path, make: Callable[[psb2_rows.Split], Case]
) -> BenchSuite:
    held = psb2_rows.load(data)
    return BenchSuite(
        name=name,
        title=title,
        licence=LICENCE,
        version=psb2_rows.VERSION,
        sha256=held.sha256,
        split=Split(psb2_rows.IN_WORDS, "none", psb2_rows.HELD_OUT_IN_WORDS),
        cases=tuple(make(split) for split in held.problems),
        note=_CHECKED,
    )


def _function(split: psb2_rows.Split) -> RowsCase:
    seen, unseen = psb2.task(split.visible), psb2.task(split.held_out)
    assert isinstance(seen.tests, Rows)
    stub = Stub(module_name("psb2", split.visible.name), seen.before, seen.entry)
    return RowsCase(seen.id, stub, seen.tests, unseen.tests, seen.reference)


def _program(split: psb2_rows.Split, *, suite: str, language: Language) -> ProgramCase:
    seen = psb2_stdio.task(split.visible, language)
    unseen = psb2_stdio.task(split.held_out, language)
    assert isinstance(seen.tests, Exchanges)
    return ProgramCase(
        id=seen.id,
        suite=suite,
        problem=Problem(
            id=f"{suite}.{seen.id}",
            statement=split.visible.description,
            language=language.value,
            start=seen.prompt,
            signature=signature("program", split.visible),
        ),
        compiled=language,
        read=Scripts() if language is Language.PYTHON else Programs(language),
        visible=seen.tests,
        tests=unseen.tests,
        reference=seen.reference,
        inputs=Inputs(partial(given, split.visible.inputs), as_it_is),
    )


def _cpp_function(split: psb2_rows.Split) -> ProgramCase:
    problem = split.visible
    seen = psb2_stdio.task(problem, Language.CPP)
    unseen = psb2_stdio.task(split.held_out, Language.CPP)
    before, name = psb2_cpp.before(problem), psb2.entry(problem.name)
    assert isinstance(seen.tests, Exchanges)
    whole = partial(psb2_cpp.whole, problem)
    return ProgramCase(
        id=seen.id,
        suite="psb2-cpp",
        problem=Problem(
            id=f"psb2-cpp.{seen.id}",
            statement=problem.description,
            language=Language.CPP.value,
            start=before,
            entry_point=name,
            signature=signature(name, problem),
        ),
        compiled=Language.CPP,
        read=Functions(Language.CPP, name, before),
        visible=seen.tests,
        tests=unseen.tests,
        reference=psb2_cpp.program(problem),
        whole=whole,
        inputs=Inputs(partial(given, problem.inputs), whole),
    )


def signature(name: str, problem: PsbProblem) -> str:
    """In Python's words: what generated inputs are drawn by."""
    letters = zip("abcd", problem.inputs, strict=False)
    return f"def {name}({', '.join(f'{letter}: {kind}' for letter, kind in letters)}): ..."


def given(kinds: tuple[str, ...], arguments: tuple[object, ...]) -> str | None:
    """In the competitive format; None where they are not of these types, or hold a line end."""
    if len(arguments) != len(kinds):
        return None
    if not all(_is(value, kind) for value, kind in zip(arguments, kinds, strict=True)):
        return None
    return psb2_stdio.lines(arguments)


def _is(value: object, kind: str) -> bool:
    match kind:
        case "int":
            return type(value) is int
        case "float":
            return type(value) in (int, float)
        case "str":
            return isinstance(value, str) and value.isprintable()
        case "list[int]" | "list[float]":
            inner = kind.removeprefix("list[").removesuffix("]")
            return isinstance(value, list) and all(_is(each, inner) for each in value)
    return False
