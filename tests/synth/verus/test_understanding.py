"""Outputs of old, new, odd and lying Verus: only what is said in JSON, and agrees, counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from synthd.sandbox.verus.run import Ending, VerusRan
from synthd.synth.verifiers.verus.kinds import kind_of
from synthd.synth.verifiers.verus.report import Kind, ProofVerdict, Status, VerusReport
from synthd.synth.verifiers.verus.understanding import understand

PROGRAM = """use vstd::prelude::*;
verus! {
fn é(x: u8) -> (r: u8) ensures r == x { let ü = "äöü"; assert(x < 5); x }
trait Shape { fn area(&self) -> (r: u8) ensures r > 0; }
struct S;
impl Shape for S { fn area(&self) -> (r: u8) { 0 } }
#[verifier::external_body]
fn trusted(x: u8) { unimplemented!() }
spec fn same(x: int) -> int { x }
fn main() {}
}
"""
GOOD: dict[str, Any] = {
    "encountered-error": False,
    "encountered-vir-error": False,
    "success": True,
    "verified": 3,
    "errors": 0,
    "is-verifying-entire-crate": True,
}


def stdout(**changed: Any) -> str:
    results = {**GOOD, **{key.replace("_", "-"): value for key, value in changed.items()}}
    results = {key: value for key, value in results.items() if value != "absent"}
    return json.dumps({"verification-results": results}, indent=2)


def row(message: str, *spans: dict[str, Any], level: str = "error", code: Any = None) -> str:
    return json.dumps({"message": message, "level": level, "spans": list(spans), "code": code})


def span(line: int, column: int, length: int = 1, **more: Any) -> dict[str, Any]:
    place = {"file_name": "program.rs", "line_start": line, "line_end": line, "is_primary": True}
    return {**place, "column_start": column, "column_end": column + length, **more}


def read(
    out: str, err: str = "", code: int = 0, ending: Ending = Ending.EXITED, **more: Any
) -> VerusReport:
    return understand(
        more.pop("program", PROGRAM), VerusRan(ending, code, out, err, 1.0, ""), **more
    )


def test_all_is_well() -> None:
    report = read(stdout())
    assert report.verdict is ProofVerdict.PROVED
    assert [one.path for one in report.functions] == ["é", "S::Shape::area", "main"]
    assert {one.status for one in report.functions} == {Status.VERIFIED}


@pytest.mark.parametrize(
    "text",
    [
        '{"encountered-vir-error": false, "success": true, "verified": 2, "errors": 0}',
        '{"verification_results": {"success": true, "num_verified": 2, "num_errors": 0}}',
        '{"verification-results": {"success": true, "num-verified": "2", "num-errors": "0"}}',
        '{"verification-results": "{\\"success\\": true, \\"verified\\": 2, \\"errors\\": 0}"}',
        'note: verifying\n{\n "verification-results": {"success": true, "verified": 2, "errors": 0,'
        ' "later": {"x": []}}, "times-ms": 7, "func-details": null}\nbye\n',
    ],
)
def test_old_and_new_forms(text: str) -> None:
    report = read(text)
    assert (report.verdict, report.verified, report.errors) == (ProofVerdict.PROVED, 2, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"success": False},
        {"success": "absent"},
        {"errors": 1},
        {"errors": "absent"},
        {"verified": 0},
        {"verified": "absent"},
        {"verified": True},
        {"verified": -1},
        {"verified": "many"},
        {"encountered_error": True},
        {"encountered_vir_error": True},
        {"is_verifying_entire_crate": False},
    ],
)
def test_each_missing_piece_is_no_proof(changed: dict[str, Any]) -> None:
    report = read(stdout(**changed))
    assert report.verdict is ProofVerdict.UNKNOWN
    assert report.reason


@pytest.mark.parametrize(
    ("out", "err", "code"),
    [
        ("verification results:: 5 verified, 0 errors\n", "", 0),
        ("", "verification results:: 5 verified, 0 errors\n", 0),
        ("", "", 0),
        (stdout(), "", 1),
        (stdout(), "", 2),
        (stdout()[:-9], "", 0),
        (stdout(), row("assertion failed", span(3, 60)), 0),
        (stdout() + "\n" + stdout(success=False, errors=1), "", 0),
        (stdout(), "thread 'main' panicked at x.rs:1:1:\noh no\n", 0),
        (stdout(), row("oh no", level="error: internal compiler error"), 0),
        ("[" * 100_000, "{" * 100_000, 0),
    ],
)
def test_what_proves_nothing(out: str, err: str, code: int) -> None:
    assert read(out, err, code).verdict is ProofVerdict.UNKNOWN


@pytest.mark.parametrize(
    ("ending", "code", "reason"),
    [
        (Ending.TIMEOUT, 0, "no answer within 1 s"),
        (Ending.OUTPUT, 0, "wrote more than it may"),
        (Ending.SIGNALLED, 9, "killed (SIGKILL)"),
    ],
)
def test_what_did_not_end_by_itself(ending: Ending, code: int, reason: str) -> None:
    report = read(stdout(), "", code, ending)
    assert report.verdict is ProofVerdict.UNKNOWN and reason in report.reason
    assert not report.complete


def test_a_crash_is_told_with_its_backtrace() -> None:
    said = "thread 'x' panicked at air.rs:1:2:\nbad\nstack backtrace:\n   0: f\n"
    report = read("", said, 101)
    assert report.verdict is ProofVerdict.UNKNOWN
    assert report.crash == said.strip()
    assert report.reason == "Verus crashed: thread 'x' panicked at air.rs:1:2:"


def test_columns_are_characters_whatever_the_line_ends() -> None:
    column = PROGRAM.split("\n")[2].index("x < 5") + 1
    said = row("assertion failed", span(3, column, 5, byte_start=0, label="assertion failed"))
    for program in (PROGRAM, PROGRAM.replace("\n", "\r\n"), "\ufeff" + PROGRAM):
        report = read(stdout(success=False, errors=1), said, 1, program=program)
        assert report.verdict is ProofVerdict.REFUTED
        (one,) = report.diagnostics
        assert (one.function, one.places[0].line, one.places[0].column) == ("é", 3, column)
        assert one.places[0].text == PROGRAM.split("\n")[2]


def test_a_postcondition_of_a_trait_fails_where_it_is_implemented() -> None:
    clause = span(4, 53, 5, label="failed this postcondition")
    body = span(6, 23, label="at the end of the function body", is_primary=False)
    report = read(
        stdout(success=False, errors=1), row("postcondition not satisfied", clause, body), 1
    )
    found = {one.path: one.status for one in report.functions}
    assert found.pop("S::Shape::area") is Status.FAILED
    assert set(found.values()) == {Status.VERIFIED}


def test_an_error_of_nobody_leaves_all_others_open() -> None:
    said = row("assertion failed", span(1, 1)) + "\n" + row("assertion failed", span(3, 58))
    report = read(stdout(success=False, errors=2), said, 1)
    found = {one.path: one.status for one in report.functions}
    assert found == {"é": Status.FAILED, "S::Shape::area": Status.UNKNOWN, "main": Status.UNKNOWN}
    assert not report.complete


def test_more_failures_than_errors_leave_all_others_open() -> None:
    report = read(stdout(success=False, errors=2), row("assertion failed", span(3, 58)), 1)
    assert Status.VERIFIED not in {one.status for one in report.functions}


def test_an_error_before_verification_verifies_nothing() -> None:
    said = row("mismatched types", span(3, 58), code={"code": "E0308"})
    out = stdout(success=False, verified=0, encountered_error=True)
    report = read(out, said, 1)
    assert report.verdict is ProofVerdict.REFUTED
    assert "type-check in é (line 3)" in report.reason
    assert Status.VERIFIED not in {one.status for one in report.functions}


def test_a_limit_beside_a_failure() -> None:
    limit = row("function body check: Resource limit (rlimit) exceeded", span(6, 24))
    failure = row("assertion failed", span(3, 58))
    out = stdout(success=False, errors=2, verified=1)
    report = read(out, limit + "\n" + failure, 1)
    assert report.verdict is ProofVerdict.REFUTED
    found = {one.path: one.status for one in report.functions}
    assert (found["é"], found["S::Shape::area"]) == (Status.FAILED, Status.UNKNOWN)
    report = read(stdout(success=False, errors=1), limit, 1)
    assert report.verdict is ProofVerdict.UNKNOWN
    assert "resource limit was exceeded in S::Shape::area" in report.reason


def test_one_function_only() -> None:
    out = stdout(is_verifying_entire_crate=False, verified=1)
    assert read(out).verdict is ProofVerdict.UNKNOWN
    report = read(out, only="é")
    assert report.verdict is ProofVerdict.PROVED
    assert [(one.path, one.status) for one in report.functions] == [("é", Status.VERIFIED)]


def test_a_function_that_verus_does_not_find_is_not_refuted() -> None:
    said = row("could not find function g specified by --verify-function\navailable functions are:")
    report = read(stdout(success=False, encountered_vir_error=True), said, 1, only="g")
    assert report.verdict is ProofVerdict.UNKNOWN
    assert report.reason == "could not find function g specified by --verify-function"


def test_where_verus_names_the_failed_it_must_agree() -> None:
    def out(**succeeded: bool) -> str:
        listed = [{"function": f"p::{name}", "success": ok} for name, ok in succeeded.items()]
        whole = json.loads(stdout(success=False, errors=1, verified=2))
        whole["times-ms"] = {"smt": {"smt-run-module-times": [{"function-breakdown": listed}]}}
        return json.dumps(whole)

    said = row("assertion failed", span(3, 58))
    agreed = read(out(é=False, area=True, main=True), said, 1)
    other = read(out(é=True, area=False, main=True), said, 1)
    assert agreed.complete and not other.complete
    assert Status.VERIFIED not in {one.status for one in other.functions}


@pytest.mark.parametrize(
    ("message", "code", "kind"),
    [
        ("cannot call function `crate::f` with mode exec", "", Kind.MODE),
        ("expression has mode spec, expected mode exec", "", Kind.MODE),
        ("split assertion failure", "", Kind.ASSERTION),
        ("assertion failure", "", Kind.ASSERTION),
        ("split postcondition failure", "", Kind.POSTCONDITION),
        ("split precondition failure", "", Kind.PRECONDITION),
        ("decreases not satisfied at continue", "", Kind.TERMINATION),
        ("possible bit shift underflow/overflow", "", Kind.OVERFLOW),
        ("while loop: Resource limit (rlimit) exceeded", "", Kind.RESOURCE_LIMIT),
        ("The verifier does not yet support the following Rust feature: x", "", Kind.UNSUPPORTED),
        ("expected `,`", "", Kind.SYNTAX),
        ("expected a type, found a trait", "E0782", Kind.TYPE),
        ("cannot borrow `x` as mutable", "E0596", Kind.BORROW),
        ("something new", "", Kind.OTHER),
    ],
)
def test_kinds(message: str, code: str, kind: Kind) -> None:
    assert kind_of(message, code) is kind
