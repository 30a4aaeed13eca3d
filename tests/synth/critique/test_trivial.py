"""What is a trivial body, and whether a contract leaves a choice at all."""

from __future__ import annotations

import pytest

from synthd.synth.critique import determined
from synthd.synth.critique.rules import by_papers, static
from synthd.synth.critique.trivial import Triviality, runs, stock
from synthd.synth.critique.words import documentation, fenced, stripped
from synthd.synth.rust.functions import find

FILE = """use vstd::prelude::*;
verus! {

fn helper(x: u32) -> (r: u32)
    ensures r == x,
{
    x // as it is
}

/// The larger of two numbers.
///
/// Never more than both.
#[inline]
fn larger(a: u32, b: u32) -> (m: u32)
    requires
        a < 1000, // small
    ensures
        m >= a,
        m >= b,
        m == a || m == b,
{
    proof { assert(a < 1000); }
    if a > b { a } else { b }
}

fn sum(v: &Vec<u32>) -> (kept: Vec<u32>)
    ensures kept@.len() <= v@.len(),
{
    let mut i = 0;
    while i < v.len() { i += 1; }
    Vec::new()
}

fn touch(v: &mut Vec<u32>)
    ensures true,
{
}

fn main() {
}

}
"""


@pytest.mark.parametrize(
    ("body", "trivial"),
    [
        ("{ 0 }", True),
        ("{ }", True),
        ("{ None }", True),
        ("{ if a > 0 { a } else { 0 } }", True),
        ("{ proof { assert(a > 0); assert(b > 0); } Vec::new() }", True),
        ("{ v.len() }", True),
        ("{ Vec::larger(3) }", True),  # another type's
        ("{ helper(a) }", False),
        ("{ larger(b, a) }", False),
        ("{ while a > 0 invariant true, decreases a, { } 0 }", False),
        ("{ loop { } }", False),
        ("{ if a > 0 { if b > 0 { 1 } else { 2 } } else { 3 } }", False),
        ("{ fn g() -> u32 { 0 } g() }", False),
        (f"{{ {'a + ' * 40} 0 }}", False),
    ],
)
def test_a_trivial_body(body: str, trivial: bool) -> None:
    held = Triviality.of(FILE, find(FILE, "larger"))
    assert (held.lacks(body) == "") is trivial


def test_the_files_own_body_is_known_by_what_runs_of_it() -> None:
    held = Triviality.of(FILE, find(FILE, "larger"))
    assert held.is_own("{ if a > b { a } else { b } }")
    assert not held.is_own("{ if a > b { b } else { a } }")
    assert held.own_is_trivial
    assert not Triviality.of(FILE, find(FILE, "sum")).own_is_trivial


def test_a_stub_is_no_body_of_its_own() -> None:
    text = FILE.replace("if a > b { a } else { b }", "todo!()").replace(
        "proof { assert(a < 1000); }", ""
    )
    held = Triviality.of(text, find(text, "larger"))
    assert not held.is_own("{ todo!() }")
    assert not held.own_is_trivial


def test_only_what_runs_is_counted() -> None:
    assert runs("{ assert(x == 1) by { lemma(); } x }") == ("{", "x", "}")


def test_bodies_that_need_no_model() -> None:
    assert stock(FILE, find(FILE, "larger")) == ("{\n    0\n}", "{\n    1\n}")
    assert stock(FILE, find(FILE, "sum")) == ("{\n    Vec::new()\n}",)
    assert stock(FILE, find(FILE, "touch")) == ("{\n}",)


def test_the_question_whether_only_one_result_keeps_the_contract() -> None:
    asked = determined.question(FILE, find(FILE, "larger"))
    assert asked is not None
    lemma = find(asked, determined.LEMMA)
    said = " ".join(lemma.whole.of(asked).split())
    one, two = "synthd_result_1", "synthd_result_2"
    assert said == (
        f"proof fn synthd_only_one_result(a: u32, b: u32, {one}: u32, {two}: u32) requires "
        f"a < 1000, {one} >= a, {one} >= b, {one} == a || {one} == b, "
        f"{two} >= a, {two} >= b, {two} == a || {two} == b, ensures {one} == {two}, {{ }}"
    )
    assert find(asked, "larger").body is not None


def test_vectors_are_the_same_where_their_contents_are() -> None:
    asked = determined.question(FILE, find(FILE, "sum"))
    assert asked is not None
    assert "synthd_result_1@ =~= synthd_result_2@" in asked


@pytest.mark.parametrize(
    "header",
    [
        "fn f(v: &mut Vec<u32>) -> (r: u32) ensures r == 0,",
        "fn f<T>(v: T) -> (r: u32) ensures r == 0,",
        "fn f(x: u32) -> (r: HashMap<u32, u32>) ensures r == r,",
        "fn f(x: u32) -> u32 ensures true,",
        "fn f(x: u32) ensures x == 0,",
        "fn f(x: u32) -> (r: u32) returns x,",
    ],
)
def test_what_the_lemma_cannot_say_is_not_asked(header: str) -> None:
    text = f"verus! {{\n{header}\n{{ unimplemented!() }}\n}}\n"
    assert determined.question(text, find(text, "f")) is None


def test_the_rules_find_what_tokens_show() -> None:
    assert [one.rule for one in static(FILE, find(FILE, "touch")) if one.counts] == ["ensures-true"]
    assert not any(one.counts for one in static(FILE, find(FILE, "larger")))
    text = FILE.replace("Vec::new()", "assume(false); Vec::new()")
    assert any(one.rule == "assume" and one.counts for one in static(text, find(text, "sum")))
    bare = "verus! {\nfn f(x: u32) -> u32\n{ x }\n}\n"
    assert [one.rule for one in static(bare, find(bare, "f"))] == ["no-ensures"]


def test_a_word_in_a_comment_is_told_as_the_papers_would_and_counts_for_nothing() -> None:
    text = FILE.replace("// as it is", "// we assume nothing")
    found = by_papers(text)
    assert [one.rule for one in found] == ["paper-1"]
    assert not any(one.counts for one in found)


def test_what_is_shown_has_no_comments_and_the_comments_are_the_documentation() -> None:
    shown = stripped(FILE)
    assert "//" not in shown and "larger of two" not in shown
    assert "\n\n" not in shown
    text = documentation(FILE, find(FILE, "larger"))
    assert text == "The larger of two numbers.\n\nNever more than both."
    assert documentation(FILE, find(FILE, "helper")) == ""
    block = "verus! {\n/** Twice it.\n * And no more. */\nfn f() { }\n}\n"
    assert documentation(block, find(block, "f")) == "Twice it.\nAnd no more."


def test_a_text_cannot_close_its_own_fence() -> None:
    assert fenced("a\n```\nb", "x") == "````x\na\n```\nb\n````"
