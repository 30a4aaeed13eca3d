"""HumanEval-X in C++ and Rust: its own solutions pass, where the libraries they use are there."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import shutil
from pathlib import Path

import pytest

from synthd.sandbox import programs
from synthd.sandbox.checks import Outcome
from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.native.judge import NativeJudge
from synthd.sandbox.programs import Language, ProgramReport

_CRATES = re.compile(r"^use (rand::Rng|regex::Regex|md5);$", re.MULTILINE)
# What each needs besides the compiler; Rust/32 comes without a single check.
HEADERS = {"CPP/22": "boost/any.hpp", "CPP/137": "boost/any.hpp", "CPP/162": "openssl/md5.h"}
NEED_CRATES = {"Rust/38", "Rust/50", "Rust/53", "Rust/91", "Rust/162"}
WITHOUT_CHECKS = {"Rust/32"}


def rows(language: Language) -> list[dict[str, str]]:
    name = f"humaneval-x/humaneval_{language}.jsonl.gz"
    beside = Path(__file__).parents[3] / "shared" / "datasets"
    folder = os.environ.get("SYNTHD_DATASETS", str(beside))
    if not Path(folder, name).exists():
        pytest.skip(f"no {name}: name the folder that holds it in SYNTHD_DATASETS")
    with gzip.open(Path(folder, name), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def absent(task: str) -> str:
    header = HEADERS.get(task, "")
    places = [Path("/usr/include"), Path("/usr/local/include"), *Path("/usr/include").glob("*-*")]
    return "" if not header or any((place / header).exists() for place in places) else header


def program(language: Language, row: dict[str, str]) -> str:
    if language is Language.CPP:
        return row["prompt"] + row["canonical_solution"]
    return _CRATES.sub("", row["prompt"] + row["declaration"] + row["canonical_solution"])


@pytest.mark.soak
@pytest.mark.parametrize("language", [Language.CPP, Language.RUST], ids=str)
async def test_references(language: Language, soak: bool) -> None:
    if shutil.which("g++" if language is Language.CPP else "rustc") is None:
        pytest.skip(f"no compiler for {language}")
    found = await detect()
    if found.level is Level.NONE:
        pytest.skip("no isolation on this machine")
    chosen = rows(language)[:: 1 if soak else 16]
    async with NativeJudge.open(language, found, Limits()) as judge:

        async def one(row: dict[str, str]) -> ProgramReport:
            flags = ("-lcrypto",) if "openssl" in row["prompt"] else ()
            tests = programs.MainTests(row["test"], flags)
            return await judge.judge(program(language, row), tests)

        reports = await asyncio.gather(*[one(row) for row in chosen])
    for row, report in zip(chosen, reports, strict=True):
        task = row["task_id"]
        if absent(task) or task in NEED_CRATES:
            assert report.outcome is Outcome.COMPILE_ERROR, (task, report)
        elif task in WITHOUT_CHECKS:
            assert report.outcome is Outcome.INFRA_ERROR, (task, report)
        else:
            assert report.accepted, (task, report)
            assert report.executed >= report.declared > 0
