"""HumanEval and MBPP in Python: the docstring's examples steer, the suites' own tests score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite, Split
from synthd.daemon.bench.suites import python_stubs
from synthd.daemon.bench.suites.function import FunctionCase
from synthd.daemon.bench.suites.stubs import Stub
from synthd.synth.suites import evalplus, humaneval, mbpp, mbpp_plus
from synthd.synth.suites.task import Suite, Task

_DOCSTRING = "the docstring's examples, also those in words that read like one"
_FIRST = "the first assert, which is shown"
_NOTHING = "has no example that can be read: nothing steers there, and it gets one greedy draft"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a suite is to a benchmark, beside its data."""

    version: str
    read: Callable[[Path], Suite]
    stub: Callable[[str, Task], Stub]
    visible: str
    held_out: str
    note: str = ""


def load_humaneval(data: Path) -> BenchSuite:
    return _load(
        data,
        _Kind(
            "HumanEval (openai/human-eval), 2021",
            humaneval.load_humaneval,
            python_stubs.completed,
            _DOCSTRING,
            "the suite's own `check`",
        ),
    )


def load_humaneval_plus(data: Path) -> BenchSuite:
    return _load(
        data,
        _Kind(
            "HumanEval+ v0.1.10 (evalplus)",
            evalplus.load_humaneval_plus,
            python_stubs.completed,
            _DOCSTRING,
            "HumanEval's inputs and EvalPlus' together, as EvalPlus' `plus` figure has it",
        ),
    )


def load_humaneval_x_python(data: Path) -> BenchSuite:
    return _load(
        data,
        _Kind(
            "HumanEval-X (THUDM/CodeGeeX), Python",
            humaneval.load_humaneval_x_python,
            python_stubs.completed,
            _DOCSTRING,
            "the suite's own `check`",
        ),
    )


def load_mbpp(data: Path) -> BenchSuite:
    return _load(
        data, _mbpp("MBPP, sanitized (google-research-datasets/mbpp)", mbpp.load_sanitized)
    )


def load_mbpp_full(data: Path) -> BenchSuite:
    return _load(data, _mbpp("MBPP, all 974 (google-research-datasets/mbpp)", mbpp.load_full))


def load_mbpp_train(data: Path) -> BenchSuite:
    """The part of MBPP that its makers set apart for training: to learn from, not to compare by."""
    return _load(data, _mbpp("MBPP, its tasks 601 to 974 for training", mbpp.load_train))


def load_mbpp_plus(data: Path) -> BenchSuite:
    kind = _Kind(
        "MBPP+ v0.2.0 (evalplus)",
        mbpp_plus.load_mbpp_plus,
        python_stubs.from_sentence,
        _FIRST,
        "MBPP's inputs and EvalPlus' together, as EvalPlus' `plus` figure has it",
        _SIGNATURE,
    )
    return _load(data, kind)


_SIGNATURE = (
    "The sentence is the docstring of a stub with the reference's signature, below the imports and "
    "classes that the asserts use."
)


def _mbpp(version: str, read: Callable[[Path], Suite]) -> _Kind:
    return _Kind(
        version,
        read,
        python_stubs.from_sentence,
        _FIRST,
        "all asserts of the task, the first among them, as the suite has it",
        _SIGNATURE,
    )


def _load(data: Path, kind: _Kind) -> BenchSuite:
    suite = kind.read(data)
    cases = tuple(
        FunctionCase(task.id, kind.stub(suite.name, task), task.tests, task.reference)
        for task in suite.tasks
    )
    unsteered = sum(not case.stub.steers for case in cases)
    counted = f"; {unsteered} of {len(cases)} tasks: each {_NOTHING}" if unsteered else ""
    return BenchSuite(
        name=suite.name,
        title=suite.title,
        licence=suite.licence,
        version=kind.version,
        sha256=suite.sha256,
        split=Split(kind.visible + counted, "none", kind.held_out),
        cases=cases,
        note=" ".join(filter(None, (kind.note, suite.note))),
    )
