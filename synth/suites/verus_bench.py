"""Verus-Bench (AutoVerus: Yang et al., arXiv 2409.13082): Rust code with a specification, whose
proof is missing."""

from __future__ import annotations

from pathlib import Path

from synthd.synth.rust.errors import RustSourceError
from synthd.synth.rust.functions import functions
from synthd.synth.rust.lexer import meaningful
from synthd.synth.suites.errors import SuiteDamaged
from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.verus_rows import (
    NO_DECREASES,
    ProofSuite,
    ProofTask,
    Without,
    left_out,
)


class _Row(DataRow):
    task_id: str
    task: str
    ground_truth: str


def load_verus_bench(data: Path, measured: dict[str, str] | None = None) -> ProofSuite:
    """measured: why tasks are left out, in place of what was recorded. Raises SuiteError."""
    path = locate(data, "verus/verus_bench.jsonl.gz")
    without = left_out("verus-bench") if measured is None else measured
    tasks, missing = [], []
    for line, row in rows(path, _Row):
        if row.task_id in without:
            missing.append(Without(row.task_id, without[row.task_id]))
            continue
        try:
            tasks.append(_task(row))
        except RustSourceError as error:
            raise SuiteDamaged(path, line, str(error)) from None
    return ProofSuite(
        "verus-bench",
        "Verus-Bench",
        "MIT (Microsoft verus-proof-synthesis)",
        "microsoft/verus-proof-synthesis 422077e",
        tuple(tasks),
        tuple(missing),
        digest(path),
        path,
    )


def _task(row: _Row) -> ProofTask:
    text, solution = NO_DECREASES + row.task, NO_DECREASES + row.ground_truth
    return ProofTask(row.task_id, text, solution, unproved(text, solution), keeps_code=True)


def unproved(text: str, solution: str) -> tuple[str, ...]:
    """The functions whose bodies the solution changes, inside of `verus! {}`: what it has in `main`
    besides are tests that run. Where it changes none, the last one that promises something."""
    proved = {function.path: function for function in functions(solution)}
    inside = [one for one in functions(text) if one.body is not None and one.in_verus]
    found = []
    for one in inside:
        other = proved.get(one.path)
        if one.body is None or other is None or other.body is None:
            continue
        if _tokens(one.body.of(text)) != _tokens(other.body.of(solution)):
            found.append(one.path)
    if found:
        return tuple(found)
    promising = [one.path for one in inside if one.ensures is not None]
    return tuple(promising[-1:])


def _tokens(text: str) -> list[str]:
    return [token.text for token in meaningful(text)]
