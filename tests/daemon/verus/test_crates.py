"""`synthd verify CRATE`: by cargo-verus, where the installation has one."""

from __future__ import annotations

import json
from pathlib import Path

INNER = """verus! {
pub fn double(x: u8) -> u8 { x + x }
pub fn same(x: u8) -> (r: u8) ensures r == x { x }
pub fn sure(x: u8) -> (r: u8) ensures r == 3 { assume(false); x }
}
"""


def crate(shell) -> None:
    shell.file('[package]\nname = "c"\nversion = "0.1.0"\n', "crate/Cargo.toml")
    shell.file("use vstd::prelude::*;\nmod inner;\n", "crate/src/lib.rs")
    shell.file(INNER, "crate/src/inner.rs")


def cargo(shell, *said: str, status: int) -> None:
    place = Path(shell.environment["VERUS_PATH"])
    (place / "said").write_text("\n".join(said))
    program = place / "cargo-verus"
    program.write_text(f"#!/bin/sh\ncat {place}/said\nexit {status}\n")
    program.chmod(0o755)


def results(verified: int, errors: int) -> str:
    told = {"success": not errors, "verified": verified, "errors": errors}
    told |= {"encountered-error": bool(errors), "encountered-vir-error": False}
    return json.dumps({"verification-results": told}, indent=2)


def test_functions_of_a_crate_by_their_modules(rust) -> None:
    shell = rust()
    crate(shell)
    place = {"file_name": "src/inner.rs", "line_start": 2, "line_end": 2, "is_primary": True}
    place |= {"column_start": 30, "column_end": 35, "text": []}
    row = {"message": "possible arithmetic underflow/overflow", "level": "error"}
    row |= {"code": None, "spans": [place], "children": []}
    message = json.dumps({"reason": "compiler-message", "message": row})
    cargo(shell, results(9, 0), message, results(2, 1), status=101)
    ended = shell.run("verify", "crate", "--json")
    rows = {one["function"]: one for one in ended.objects}
    assert ended.code == 1, ended.err
    assert {name: one["status"] for name, one in rows.items()} == {
        "inner::double": "refuted",
        "inner::same": "verified",
        "inner::sure": "undecided",
    }
    (error,) = rows["inner::double"]["diagnostics"]
    assert error["places"][0]["file"] == "crate/src/inner.rs"
    assert "it assumes" in rows["inner::sure"]["message"]
    assert rows["inner::same"]["grade"] == "unknown", "one run is less than `proved` asks for"
    assert "one-solver-seed" in rows["inner::same"]["labels"]
    shown = shell.run("verify", "crate")
    assert "--> crate/src/inner.rs:2:30" in shown.out
    assert "pub fn double(x: u8) -> u8 { x + x }" in shown.out


def test_without_cargo_verus(rust) -> None:
    shell = rust()
    crate(shell)
    ended = shell.run("verify", "crate")
    assert ended.code == 3 and "no cargo-verus beside" in ended.err
