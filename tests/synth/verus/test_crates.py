"""A crate: cargo's messages and Verus' results are told apart, and its files are modules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from synthd.sandbox.level import Detection, Level
from synthd.sandbox.verus.errors import VerusMissing
from synthd.sandbox.verus.found import find
from synthd.sandbox.verus.run import VerusLimits
from synthd.synth.verifiers.verus.crates import check_crate
from synthd.synth.verifiers.verus.report import ProofVerdict, Status, VerusReport

Make = Callable[..., Path]
INNER = "verus! {\npub fn double(x: u8) -> u8 { x + x }\npub fn same(x: u8) -> u8 { x }\n}\n"


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    folder = tmp_path / "crate"
    (folder / "src").mkdir(parents=True)
    (folder / "Cargo.toml").write_text('[package]\nname = "c"\nversion = "0.1.0"\n')
    (folder / "src" / "lib.rs").write_text("use vstd::prelude::*;\nmod inner;\n")
    (folder / "src" / "inner.rs").write_text(INNER)
    return folder


def results(verified: int, errors: int) -> str:
    told = {"success": not errors, "verified": verified, "errors": errors}
    told |= {"encountered-error": bool(errors), "encountered-vir-error": False}
    return json.dumps({"verification-results": told}, indent=2)


def message(text: str, line: int, column: int) -> str:
    place = {"file_name": "src/inner.rs", "line_start": line, "line_end": line}
    place |= {"column_start": column, "column_end": column + 5, "is_primary": True}
    row = {"message": text, "level": "error", "code": None, "spans": [place], "children": []}
    return json.dumps({"reason": "compiler-message", "message": row})


async def checked(verus: Path, crate: Path, level: Level, said: str, status: int) -> VerusReport:
    """With a cargo-verus that says this: the arguments it got go to standard error."""
    (verus.parent / "said").write_text(said)
    script = f'#!/bin/sh\necho "$@" >&2\ncat {verus.parent}/said\nmkdir -p "$6"\nexit {status}\n'
    verus.with_name("cargo-verus").write_text(script)
    verus.with_name("cargo-verus").chmod(0o755)
    installation = await find(str(verus), {})
    return await check_crate(crate, installation, VerusLimits(), Detection(level))


async def test_a_failing_crate(verus_stand_in: Make, crate: Path, level: Level) -> None:
    finished = '{"reason":"build-finished","success":false}'
    said = [results(9, 0), message("possible arithmetic underflow/overflow", 2, 31), results(1, 1)]
    report = await checked(verus_stand_in(), crate, level, "\n".join([*said, finished]), 101)
    assert report.verdict is ProofVerdict.REFUTED, report.reason
    found = {one.path: one.status for one in report.functions}
    assert found == {"inner::double": Status.FAILED, "inner::same": Status.VERIFIED}
    assert not (crate / "target").exists()


async def test_a_proved_crate(verus_stand_in: Make, crate: Path, level: Level) -> None:
    finished = '{"reason":"build-finished","success":true}'
    said = f"{results(2, 0)}\n{finished}\n"
    report = await checked(verus_stand_in(), crate, level, said, 0)
    assert (report.verdict, report.complete) == (ProofVerdict.PROVED, True)


async def test_cargo_alone_proves_nothing(verus_stand_in: Make, crate: Path, level: Level) -> None:
    said = '{"reason":"build-finished","success":true}\n'
    report = await checked(verus_stand_in(), crate, level, said, 0)
    assert report.verdict is ProofVerdict.UNKNOWN


async def test_without_cargo_verus(verus_stand_in: Make, crate: Path, level: Level) -> None:
    installation = await find(str(verus_stand_in()), {})
    with pytest.raises(VerusMissing, match="no cargo-verus beside"):
        await check_crate(crate, installation, VerusLimits(), Detection(level))
