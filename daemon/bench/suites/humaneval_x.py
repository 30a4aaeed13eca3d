"""HumanEval-X in C++ and Rust: the data's example tests steer, its tests score."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite, LeftOut, Split
from synthd.daemon.bench.suites.native_answers import Functions
from synthd.daemon.bench.suites.program import ProgramCase
from synthd.sandbox.programs import Language, MainTests
from synthd.synth.problem import Problem
from synthd.synth.suites import humaneval_x
from synthd.synth.suites.task import Suite, Task, without_unused_crates

_UNSTEERED = "nothing steers there, and it gets one greedy draft"
_HELD_OUT = "the suite's own tests, which run in the program's process"
_FUNCTION = re.compile(r"^[ \t]*(?:pub\s+)?(fn\s+(\w+)[^{;]*)\{", re.M)
_CRATE = re.compile(r"^use (?:rand|regex|md5)\b.*\n", re.M)


def load_cpp(data: Path) -> BenchSuite:
    suite, examples = humaneval_x.load_cpp_with_examples(data)
    cases = tuple(_cpp(suite.name, task, examples.get(task.id)) for task in _usable(suite))
    without = sum(case.visible is None for case in cases)
    visible = (
        "the data's `example_test`: the examples of the comment; "
        f"{without} of {len(cases)} tasks have none: {_UNSTEERED}"
    )
    return _suite(suite, "HumanEval-X (THUDM/CodeGeeX), C++", cases, visible)


def load_rust(data: Path) -> BenchSuite:
    suite = humaneval_x.load_rust(data)
    cases = tuple(_rust(suite.name, task) for task in _usable(suite))
    visible = f"none: the data has no examples in Rust; {_UNSTEERED}"
    return _suite(suite, "HumanEval-X (THUDM/CodeGeeX), Rust", cases, visible)


def _usable(suite: Suite) -> tuple[Task, ...]:
    return tuple(task for task in suite.tasks if not task.needs and not task.fault)


def _suite(suite: Suite, version: str, cases: tuple[ProgramCase, ...], visible: str) -> BenchSuite:
    left_out = tuple(
        LeftOut(task.id, task.fault or f"it needs {', '.join(task.needs)} beside the compiler")
        for task in suite.tasks
        if task.needs or task.fault
    )
    return BenchSuite(
        name=suite.name,
        title=suite.title,
        licence=suite.licence,
        version=version,
        sha256=suite.sha256,
        split=Split(visible, "none", _HELD_OUT),
        cases=cases,
        left_out=left_out,
    )


def _cpp(suite: str, task: Task, example: str | None) -> ProgramCase:
    return ProgramCase(
        id=task.id,
        suite=suite,
        problem=_problem(suite, task, task.before),
        compiled=Language.CPP,
        read=Functions(Language.CPP, task.entry, task.before),
        visible=MainTests(example) if example else None,
        tests=task.tests,
        reference=task.reference,
    )


def _rust(suite: str, task: Task) -> ProgramCase:
    tests = task.tests.text if isinstance(task.tests, MainTests) else ""
    before = _CRATE.sub("", task.before)
    others = "".join(f"// also to write: {head}\n" for head in _unnamed(task, tests))
    return ProgramCase(
        id=task.id,
        suite=suite,
        problem=_problem(suite, task, others + before),
        compiled=Language.RUST,
        read=Functions(Language.RUST, task.entry, before),
        visible=None,
        tests=task.tests,
        reference=task.reference,
        whole=_Crateless(tests),
    )


def _problem(suite: str, task: Task, start: str) -> Problem:
    return Problem(
        id=f"{suite}.{task.id}",
        statement=start,
        language=task.language.value,
        start=start,
        entry_point=task.entry,
    )


def _unnamed(task: Task, tests: str) -> list[str]:
    """Heads of functions that the tests call and the task does not name: in four tasks of Rust
    these are the tested ones."""
    return [
        " ".join(head.split())
        for head, name in _FUNCTION.findall(task.reference)
        if re.search(rf"\b{name}\s*\(", tests) and not re.search(rf"\b{name}\b", task.before)
    ]


@dataclass(frozen=True, slots=True)
class _Crateless:
    """Without imports of crates that nothing uses: rustc alone has none."""

    tests: str

    def __call__(self, text: str) -> str:
        return without_unused_crates(text, self.tests)
