"""The stand-in itself: it takes Verus' command line and answers as told."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

PROGRAM = "use vstd::prelude::*;\nverus! {\nfn f(x: u8) { assert(x < 5); }\n}\n"


def run(verus: Path, program: Path | None, *flags: str) -> tuple[int, str, str]:
    words = [str(verus), *flags, *([str(program)] if program else [])]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    return ran.returncode, ran.stdout, ran.stderr


def test_version_in_both_forms(verus_stand_in: Callable[..., Path]) -> None:
    verus = verus_stand_in()
    assert "Toolchain: 1.96.0-x86_64-unknown-linux-gnu" in run(verus, None, "--version")[1]
    told = json.loads(run(verus, None, "--version", "--output-json")[1])
    assert told["verus"]["version"].startswith("0.2026")


def test_what_was_recorded_is_said_again(
    verus_stand_in: Callable[..., Path],
    verus_recordings: Callable[[str], tuple[Mapping[str, Any], ...]],
    tmp_path: Path,
) -> None:
    rows = [row for row in verus_recordings("mutants") if row["exit"] is not None][:5]
    verus = verus_stand_in(recordings=rows)
    for row in rows:
        (tmp_path / "p.rs").write_text(row["program"])
        ended = run(verus, tmp_path / "p.rs", "--output-json", "--rlimit", "30")
        assert ended == (row["exit"], row["stdout"], row["stderr"])


def test_rules_and_a_default(verus_stand_in: Callable[..., Path], tmp_path: Path) -> None:
    rules = [
        {"contains": "x < 6", "answer": {"outcome": "proved", "verified": 2}},
        {"contains": "x < 7", "flags": "random_seed=7", "answer": "rlimit"},
    ]
    verus = verus_stand_in(rules=rules)
    found = []
    for text, flags in (("x < 5", ()), ("x < 6", ()), ("x < 7", ("-V", "smt.random_seed=7"))):
        (tmp_path / "p.rs").write_text(PROGRAM.replace("x < 5", text))
        status, said, complained = run(verus, tmp_path / "p.rs", *flags)
        found.append((status, json.loads(said)["verification-results"]["verified"]))
        assert bool(complained) is bool(status)
    assert found == [(1, 1), (0, 2), (1, 1)]
