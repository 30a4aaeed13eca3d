"""HumanEval-X in C++ and Rust: tests that are compiled together with the program."""

from __future__ import annotations

import re
from pathlib import Path

from synthd.sandbox.programs import Language, MainTests
from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.task import Suite, Task, without_unused_crates

LICENCE = "Apache-2.0 (THUDM/CodeGeeX)"
_INCLUDE = re.compile(r"^#include\s*<((?:boost|openssl)/[^>]+)>", re.M)
_CRATE = re.compile(r"^use (rand|regex|md5)\b", re.M)
_MAIN = re.compile(r"#.*|//.*")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_CPP_FUNCTION = re.compile(r"(\w+)\s*\([^()]*\)\s*\{\s*\Z")
_RUST_FUNCTION = re.compile(r"\bfn\s+(\w+)")


class _Cpp(DataRow):
    task_id: str
    prompt: str
    canonical_solution: str
    test: str


class _Example(DataRow):
    task_id: str
    example_test: str = ""


class _Rust(_Cpp):
    declaration: str


def load_cpp(data: Path) -> Suite:
    path = locate(data, "humaneval-x/humaneval_cpp.jsonl.gz")
    tasks = tuple(_cpp(row) for _, row in rows(path, _Cpp))
    return _suite("humaneval-x-cpp", "HumanEval-X, C++", path, tasks)


def load_cpp_with_examples(data: Path) -> tuple[Suite, dict[str, str]]:
    """Also the tests of the comment's examples, by the ids of the tasks that have some."""
    suite = load_cpp(data)
    found = {row.task_id: row.example_test for _, row in rows(suite.source, _Example)}
    return suite, {task: test for task, test in found.items() if "assert" in _MAIN.sub("", test)}


def load_rust(data: Path) -> Suite:
    path = locate(data, "humaneval-x/humaneval_rust.jsonl.gz")
    tasks = tuple(_rust(row) for _, row in rows(path, _Rust))
    return _suite("humaneval-x-rust", "HumanEval-X, Rust", path, tasks)


def _suite(name: str, title: str, path: Path, tasks: tuple[Task, ...]) -> Suite:
    needing = [f"{task.id} needs {', '.join(task.needs)}" for task in tasks if task.needs]
    faulty = [f"{task.id}: {task.fault}" for task in tasks if task.fault]
    note = "; ".join(needing + faulty)
    return Suite(name, title, LICENCE, tasks, digest(path), path, note and note + ".")


def _cpp(row: _Cpp) -> Task:
    needs = tuple(dict.fromkeys(_INCLUDE.findall(row.prompt)))
    openssl = any(header.startswith("openssl/") for header in needs)
    entry = _CPP_FUNCTION.search(_COMMENT.sub("", row.prompt))
    return Task(
        id=row.task_id,
        language=Language.CPP,
        prompt=row.prompt,
        before=row.prompt,
        entry=entry[1] if entry else "",
        tests=MainTests(row.test, flags=("-lcrypto",) if openssl else ()),
        reference=row.prompt + row.canonical_solution,
        needs=needs,
    )


def _rust(row: _Rust) -> Task:
    """The prompt is a comment alone; the declaration has the imports and the signature."""
    before = row.prompt + row.declaration
    reference = without_unused_crates(before + row.canonical_solution, row.test)
    entry = _RUST_FUNCTION.findall(row.declaration)
    return Task(
        id=row.task_id,
        language=Language.RUST,
        prompt=before,
        before=before,
        entry=entry[-1] if entry else "",
        tests=MainTests(row.test),
        reference=reference,
        needs=tuple(f"crate {name}" for name in _CRATE.findall(reference)),
        fault="" if "#[test]" in _COMMENT.sub("", row.test) else "all its tests are a comment",
    )
