"""Comparing programs: nothing outside a body, in a spec or in the code changes unseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.rust.compare import erased, outside, spec_changed
from synthd.synth.rust.errors import NoSuchFunction
from synthd.synth.rust.functions import find
from synthd.synth.rust.lexer import lex, meaningful
from synthd.synth.rust.splice import replace_body

TASK = """use vstd::prelude::*;
verus! {
spec fn double(x: int) -> int { x + x }
struct Pair { a: u8 }
fn f(x: u8, v: &mut Vec<u8>) -> (r: u8)
    requires x < 100,
    ensures r == double(x as int),
{
    let mut i = 0;
    while i < x {
        i = i + 1;
    }
    i + x
}
proof fn lemma(x: int) ensures double(x) == 2 * x {}
} // verus!
fn main() {}
"""
SOLUTION = """use vstd::prelude::*;
use vstd::seq::*;
verus! {
broadcast use vstd::seq::group_seq_axioms;
spec fn double(x: int) -> int { x + x }
struct Pair { a: u8 }
spec fn helper(x: int) -> bool { true }
/// A lemma.
#[verifier::spinoff_prover]
proof fn other(x: int) by (nonlinear_arith) ensures x * x >= 0 { }
#[verifier::loop_isolation(false)]
fn f(x: u8, v: &mut Vec<u8>,) -> (r: u8)
    requires x < 100,
    ensures #[trigger] r == double(x as int)
{
    let mut i = 0;
    let ghost old_v = v@;
    let tracked mut token = make();
    let g = Ghost(1int);
    #[verifier::loop_isolation(false)]
    while i < x
        invariant
            i <= x, forall|k: int| #![auto] 0 <= k ==> { k >= 0 },
        invariant_except_break i < 5
        ensures i == x,
        decreases ({ let d = x - i; d }),
    {
        assert(i < x) by { lemma(1); };
        assert(i < x) by (nonlinear_arith) requires i < x, { }
        assert forall|k: int| k > 0 implies k >= 0 by { other(k); }
        i = i + 1;
        reveal(double);
        calc! { (==) 1int; {} 1int; }
        broadcast use vstd::seq::group_seq_axioms;
    }
    proof {
        lemma(x as int);
        if true { other(1); }
    }
    i + x
}
proof fn lemma(x: int) ensures double(x) == 2 * x { assert(true); }
} // verus!
fn main() { assert!(true); }
"""


def _texts(text: str) -> list[str]:
    return [token.text for token in erased(text)]


def test_a_proof_is_erased() -> None:
    expected = TASK.replace("use vstd::prelude::*;", "").replace(
        "spec fn double(x: int) -> int { x + x }", ""
    )
    expected = expected.replace("proof fn lemma(x: int) ensures double(x) == 2 * x {}", "")
    got = " ".join(_texts(SOLUTION)).replace("assert ! ( true ) ;", "").replace(", )", ")")
    asked = " ".join(token.text for token in meaningful(expected))
    assert got.split() == asked.replace("int ) , {", "int ) {").split()


@pytest.mark.parametrize(
    "code",
    [
        "assume(false);",
        "admit();",
        "assert!(x);",
        "let proof = 1;",
        "x.assert(1);",
        "let r = g(Ghost(x), Tracked(y));",
        "let f = |y: u8| -> (r: u8) ensures r == y { y };",
        "for i in 0..n { loop { break; } }",
        "if x == 1 { (a, b) } else { c }",
        "let invariant = decreases;",
    ],
)
def test_code_is_not_erased(code: str) -> None:
    text = f"verus! {{ fn f() {{ {code} }} }}"
    assert _texts(text) == [token.text for token in meaningful(text)]


def test_a_loop_before_anything_keeps_its_block() -> None:
    for follows in ("(x, y)", "{ x }", ".. x", "*x = 1;", "x"):
        text = f"verus! {{ fn f() {{ while a < b {{ c }} {follows} }} }}"
        clause = text.replace("{ c }", "invariant a <= b, match a { _ => b } { c }")
        assert _texts(clause) == _texts(text) == [token.text for token in meaningful(text)]


def test_a_solution_may_add_proof() -> None:
    assert spec_changed(TASK, SOLUTION) is None
    assert spec_changed(TASK, TASK) is None


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("x + x", "x", "`double`"),
        ("requires x < 100,", "requires x < 10,", "`f`"),
        ("requires x < 100,", "", "`f`"),
        ("r == double(x as int)", "true", "`f`"),
        ("r: u8)", "r: u16)", "`f`"),
        ("fn f(x: u8", "fn f(x: u16", "`f`"),
        ("fn f(", "fn g(", "`f`"),
        ("fn f(", "#[verifier::external_body] fn f(", "`f`"),
        ("fn f(", "#[verifier(external_body)] fn f(", "`f`"),
        ("a: u8 }", "a: u16 }", "`struct Pair`"),
        ("2 * x {", "3 * x {", "`lemma`"),
        ("2 * x { assert(true); }", "2 * x;", "`lemma`"),
        ("proof fn lemma", "axiom fn lemma", "`lemma`"),
        ("proof fn", "macro_rules! m { () => {} }\nproof fn", "`macro_rules !`"),
        ("proof fn", "use other::double;\nproof fn", "`use other`"),
        ("proof fn", "fn double(x: u8) {}\nproof fn", "`double`"),
        ("use vstd", "#![verifier::exec_allows_no_decreases_clause]\nuse vstd", "the crate"),
        ("struct Pair", "} struct Pair", ""),
        ("spec fn", "} verus! { open spec fn", "`double`"),
    ],
)
def test_a_changed_spec_is_found(old: str, new: str, where: str) -> None:
    found = spec_changed(TASK, SOLUTION.replace(old, new, 1))
    assert found is not None
    assert where in found.where
    assert str(found).startswith(f"line {found.line}, in ")


def test_the_first_difference_outside() -> None:
    changed = replace_body(TASK, find(TASK, "f"), "{ x }")
    assert outside(TASK, changed, "f") is None
    assert outside(TASK, changed.replace("spec fn", "/// doc\n  spec /* * */ fn"), "f") is None
    found = outside(TASK, changed.replace("100", "10"), "f")
    assert found is not None
    assert (found.line, found.expected, found.got, found.where) == (6, "100", "10", "`f`")
    found = outside(TASK, changed.replace("2 * x", "3 * x"), "f")
    assert found is not None
    assert (found.line, found.expected, found.got, found.where) == (9, "2", "3", "`lemma`")
    found = outside(TASK, changed + "fn more() {}", "f")
    assert found is not None and (found.expected, found.got) == ("", "fn")
    with pytest.raises(NoSuchFunction):
        outside(TASK, changed, "absent")


@pytest.mark.parametrize(
    "body",
    [
        "{ x } fn g() {}",
        "{ x } }",
        "{ x ",
        "{ x } } verus! { fn f() { 1 }",
        '{ x " }',
        "{ x /* }",
        "{ x ) }",
        "x",
        "",
        "{ x };",
        "{ x } #[verifier::external_body]",
    ],
)
def test_what_is_no_single_block_is_outside(body: str) -> None:
    function = find(TASK, "f")
    assert function.body is not None
    changed = TASK[: function.body.start] + body + TASK[function.body.end :]
    assert outside(TASK, changed, "f") is not None


@given(st.data())
def test_no_token_outside_changes_unseen(torture: str, data: st.DataObject) -> None:
    function = find(torture, "braces")
    assert function.body is not None
    tokens = [token for token in lex(torture) if not token.silent]
    inside = range(function.body.start, function.body.end)
    chosen = data.draw(st.sampled_from([t for t in tokens if t.start not in inside]))
    new = data.draw(
        st.sampled_from(["", "extra", "{", "}", '"', "/*", "'", "//"]).filter(chosen.text.__ne__)
    )
    changed = torture[: chosen.start] + new + " " + torture[chosen.end :]
    assert outside(torture, changed, "braces") is not None
