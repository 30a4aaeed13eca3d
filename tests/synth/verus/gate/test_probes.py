"""Where the probes put their assertions, and how their answers are read."""

from __future__ import annotations

from typing import Any

import pytest

from synthd.synth.rust.functions import find
from synthd.synth.rust.lexer import meaningful
from synthd.synth.verifiers.verus import probes
from synthd.synth.verifiers.verus.probes import Found
from synthd.synth.verifiers.verus.report import Kind, ProofVerdict, VerusReport
from synthd.synth.verifiers.verus.results import result_type


def file(header: str, body: str) -> str:
    return f"use vstd::prelude::*;\nverus! {{\n{header}\n{body}\n}}\n"


def flat(text: str) -> str:
    return " ".join(token.text for token in meaningful(text))


def body_of(program: str, name: str = "f") -> str:
    function = find(program, name)
    assert function.body is not None
    return flat(function.body.of(program))


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("fn f()", None),
        ("fn f() -> ()", None),
        ("fn f() -> u32", "u32"),
        ("fn f(x: &Vec<u8>) -> (r: &Vec<u8>) requires true,", "&Vec<u8>"),
        (
            "fn f<F: Fn(u32) -> u32>(g: F) -> (r: Option<F>) where F: Copy, ensures true",
            "Option<F>",
        ),
        ("fn f(g: fn(u8) -> u8)", None),
        ("proof fn f() -> (tracked r: Tracked<int>) ensures true", "Tracked<int>"),
        ("fn f() -> (u8, u8)", "(u8, u8)"),
        ("fn f() -> (r: (u8, u8)) ensures r.0 == 1", "(u8, u8)"),
        ("fn f() -> !", "!"),
        ("fn f<const N: usize>(a: [u8; N]) -> (r: [u8; N]) decreases 0int", "[u8; N]"),
        ("pub fn f(&self) -> impl Iterator<Item = u8> returns 5", "impl Iterator<Item = u8>"),
    ],
)
def test_the_type_of_the_result(header: str, wanted: str | None) -> None:
    text = file(header, "{ }")
    assert result_type(text, find(text, "f")) == wanted


@pytest.mark.parametrize(
    ("header", "body", "wanted"),
    [
        ("fn f()", "{ g(); }", "{ g ( ) ; assert ( false ) ; }"),
        ("fn f()", "{ g() }", "{ g ( ) ; assert ( false ) ; }"),
        ("fn f()", "{ }", "{ assert ( false ) ; }"),
        ("fn f()", "{ if a { } // }\n }", "{ if a { } assert ( false ) ; }"),
        (
            "fn f() -> (r: u8) ensures r == 1",
            "{ let x = 1; x }",
            "{ let x = 1 ; let probed_result : u8 = x ; assert ( false ) ; probed_result }",
        ),
        (
            "fn f() -> u8",
            "{ if a { return 1; } 2 }",
            "{ if a { { assert ( false ) ; return 1 } ; } "
            "let probed_result : u8 = 2 ; assert ( false ) ; probed_result }",
        ),
        (
            "fn f() -> u8",
            "{ match x { A => return g(1, 2), B => { 3 } } }",
            "{ let probed_result : u8 = match x { A => { assert ( false ) ; return g ( 1 , 2 ) } , "
            "B => { 3 } } ; assert ( false ) ; probed_result }",
        ),
        ("fn f() -> u8", "{ return 1; }", "{ { assert ( false ) ; return 1 } ; }"),
        ("fn f() -> u8", "{ return 1 }", "{ { assert ( false ) ; return 1 } }"),
        (
            "fn f() -> u8",
            "{ while i < n invariant match x { A => true, B => false }, { i += 1; } *x }",
            "{ while i < n invariant match x { A => true , B => false } , { i += 1 ; } "
            "let probed_result : u8 = * x ; assert ( false ) ; probed_result }",
        ),
        (
            "fn f() -> u8",
            "{ assert(a) by { g(); } assert forall|i: int| p(i) by { } proof { h(); } "
            "'a: loop { break 'a; } (x) }",
            "{ assert ( a ) by { g ( ) ; } assert forall | i : int | p ( i ) by { } "
            "proof { h ( ) ; } 'a : loop { break 'a ; } "
            "let probed_result : u8 = ( x ) ; assert ( false ) ; probed_result }",
        ),
        (
            "fn f() -> impl Fn()",
            "{ let g = |x: u8| { return x; }; fn inner() -> u8 { return 2; } g }",
            "{ let g = | x : u8 | { return x ; } ; fn inner ( ) -> u8 { return 2 ; } "
            "let probed_result = g ; assert ( false ) ; probed_result }",
        ),
    ],
)
def test_assertions_at_all_ends(header: str, body: str, wanted: str) -> None:
    text = file(header, body)
    first, *_ = probes.ends(text, find(text, "f"))
    assert body_of(first.marked.program) == wanted
    assert len(first.marked.places) == wanted.count("assert ( false )")
    lines = first.marked.program.splitlines()
    assert all(
        lines[at - 1][column - 1 :].startswith("assert(false);")
        for at, column in first.marked.places
    )


def test_before_the_result_where_its_type_cannot_be_written() -> None:
    text = file("fn f() -> u8", "{ g(); x + 1 }")
    after, before = probes.ends(text, find(text, "f"))
    assert body_of(before.marked.program) == "{ g ( ) ; assert ( false ) ; x + 1 }"
    assert "probed_result" in after.marked.program


def test_what_never_returns_is_not_asked() -> None:
    text = file("fn f() -> !", "{ loop { } }")
    assert probes.ends(text, find(text, "f")) == ()


def test_the_contract_alone_at_the_entry() -> None:
    for header, wanted in (
        (
            "fn f(x: u8) -> (r: u8)\n    ensures r == x,",
            "{ assert ( false ) ; vstd :: pervasive :: unreached ( ) }",
        ),
        ("fn f(x: u8)", "{ assert ( false ) ; }"),
        ("proof fn f(x: int)", "{ assert ( false ) ; }"),
        (
            "proof fn f() -> (r: int)",
            "{ assert ( false ) ; vstd :: pervasive :: proof_from_false ( ) }",
        ),
    ):
        for body in ("{ todo!() }", ";"):
            text = file(header, body)
            probe = probes.entry(text, find(text, "f"))
            assert body_of(probe.marked.program) == wanted
            assert len(probe.marked.places) == 1


def test_loops_that_are_asked_about() -> None:
    text = file(
        "fn f() -> u8",
        """{
    while a { }                       // asked
    #[verifier::loop_isolation(false)]
    for i in 0..3 invariant b, { while c { return 1; } }   // has a return
    let x = loop { break 1; };        // no statement
    loop { if a { break; } }          // asked
    if a { for i in 0..3 { } }        // asked
    x
}""",
    )
    pairs = probes.loop_ends(text, find(text, "f"))
    assert [after.line for after, _ in pairs] == [5, 9, 10]
    assert "while a { } assert(false);" in pairs[0][0].marked.program
    assert "assert(false); while a { }" in pairs[0][1].marked.program
    assert "if a { assert(false); for i" in pairs[2][1].marked.program


def test_an_empty_body_where_one_may_be() -> None:
    for header, asked in (
        ("fn f(x: &mut u8) ensures true", True),
        ("fn f(x: &mut u8)", False),
        ("fn f() -> u8 ensures true", False),
        ("proof fn f() ensures true", False),
    ):
        text = file(header, "{ g(); }")
        assert (probes.empty(text, find(text, "f")) is not None) is asked


def test_only_its_own_assertion_counts(failure: Any, as_report: Any) -> None:
    text = file("fn f()", "{ assert(1 == 1); let a = 1; }")
    (probe,) = probes.ends(text, find(text, "f"))
    program = probe.marked.program

    def found(report: VerusReport) -> Found:
        return probes.read(probe, report, "f").found

    assert found(as_report(program, (failure("assert(false)"),))) is Found.SOUND
    assert found(as_report(program, (failure("false);"),))) is Found.SOUND  # as Verus points
    assert found(as_report(program, (failure("1 == 1"),))) is Found.INCONCLUSIVE
    assert found(as_report(program, (failure("assert(false)", Kind.TYPE),))) is Found.INCONCLUSIVE
    assert found(as_report(program)) is Found.VACUOUS
    assert found(VerusReport(ProofVerdict.UNKNOWN, "no answer")) is Found.INCONCLUSIVE
    limit = failure("let a", Kind.RESOURCE_LIMIT, "Resource limit (rlimit) exceeded")
    assert found(as_report(program, (limit,))) is Found.INCONCLUSIVE
