"""All suites by name: what the command line lists and loads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from synthd.sandbox.programs import Exchanges, Rows, Tests
from synthd.synth.suites import evalplus, humaneval, humaneval_x, mbpp, mbpp_plus, psb2, psb2_stdio
from synthd.synth.suites.errors import SuiteError, UnknownSuite
from synthd.synth.suites.task import Part, Suite


def names() -> tuple[str, ...]:
    return tuple(suite.name for suite in _suites())


def describe(name: str) -> str:
    """One line. Raises UnknownSuite."""
    return _named(name).description


def load(name: str, data: Path, *, part: Part = Part.ALL, limit: int | None = None) -> Suite:
    """limit: at most so many rows of each task, the first ones; tests that are code stay whole.

    Raises UnknownSuite, SuiteMissing, SuiteDamaged, and SuiteError for a part that is not split.
    """
    entry = _named(name)
    if entry.split is not None:
        suite = entry.split(data, part)
    elif entry.whole is not None and part is Part.ALL:
        suite = entry.whole(data)
    else:
        split = ", ".join(other.name for other in _suites() if other.split)
        raise SuiteError(f"{name} has no {part} part; these have: {split}.")
    if limit is None:
        return suite
    tasks = (replace(task, tests=_limited(task.tests, limit)) for task in suite.tasks)
    return replace(suite, tasks=tuple(tasks))


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    description: str
    whole: Callable[[Path], Suite] | None = None
    split: Callable[[Path, Part], Suite] | None = None


def _named(name: str) -> _Entry:
    for entry in _suites():
        if entry.name == name:
            return entry
    raise UnknownSuite(name, names())


def _limited(tests: Tests, limit: int) -> Tests:
    if isinstance(tests, Rows):
        return replace(tests, rows=tests.rows[:limit])
    if isinstance(tests, Exchanges):
        return replace(tests, rows=tests.rows[:limit])
    return tests


def _suites() -> tuple[_Entry, ...]:
    return (
        _Entry(
            "humaneval",
            "164 Python functions from their docstrings (OpenAI; MIT)",
            whole=humaneval.load_humaneval,
        ),
        _Entry(
            "humaneval+",
            "HumanEval with 758 inputs a task on average (EvalPlus v0.1.10; Apache-2.0)",
            split=evalplus.load_humaneval_plus,
        ),
        _Entry(
            "humaneval+mini",
            "HumanEval+ with 16 inputs a task on average (EvalPlus v0.1.10; Apache-2.0)",
            split=evalplus.load_humaneval_plus_mini,
        ),
        _Entry(
            "mbpp",
            "427 hand-verified Python functions from one sentence (Google; CC-BY-4.0)",
            whole=mbpp.load_sanitized,
        ),
        _Entry(
            "mbpp-full",
            "974 Python functions from one sentence (Google; CC-BY-4.0)",
            whole=mbpp.load_full,
        ),
        _Entry(
            "mbpp+",
            "378 of MBPP's with 107 inputs a task on average (EvalPlus v0.2.0; Apache-2.0)",
            whole=mbpp_plus.load_mbpp_plus,
        ),
        _Entry(
            "humaneval-x-python",
            "HumanEval as HumanEval-X has it (THUDM; Apache-2.0)",
            whole=humaneval.load_humaneval_x_python,
        ),
        _Entry(
            "humaneval-x-cpp",
            "HumanEval in C++, 162 of 164 without boost (THUDM; Apache-2.0)",
            whole=humaneval_x.load_cpp,
        ),
        _Entry(
            "humaneval-x-rust",
            "HumanEval in Rust, 158 of 164 without crates (THUDM; Apache-2.0)",
            whole=humaneval_x.load_rust,
        ),
        _Entry(
            "psb2",
            "25 Python functions with 2,200 cases each (PSB2; CC-BY-4.0 as far as known)",
            split=psb2.load_psb2,
        ),
        _Entry(
            "psb2-stdio",
            "PSB2 as Python programs that read and print (PSB2; CC-BY-4.0 as far as known)",
            split=psb2_stdio.load_psb2_stdio,
        ),
        _Entry(
            "psb2-stdio-cpp",
            "PSB2 as C++ programs that read and print (PSB2; CC-BY-4.0 as far as known)",
            split=psb2_stdio.load_psb2_stdio_cpp,
        ),
    )
