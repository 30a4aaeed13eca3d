"""What lenses over Rust functions need to know, read quickly and of texts that do not nest."""

from __future__ import annotations

import pytest

from synthd.synth.rust.functions import functions
from synthd.synth.rust.outline import has_loop, rust_functions, waiting

TEXT = """use vstd::prelude::*;

fn outside() -> u32 { 1 }

verus! {

/// fn not_me() { ensures
#[verifier::external_body]
fn trusted() -> u32 { unimplemented!() }

spec fn meant(x: int) -> int;

impl<T: Fn(u8) -> u8> Shape<T> for inner::Stack<T> where T: Copy {
    fn area(&self) -> u32 {
        todo!()
    }
}

mod inner {
    pub(crate) proof fn lemma(n: nat)
        requires
            if n == 0 { true } else { n > 1 },
            ({ let a = [0u8; 3]; a.len() == 3 }),
        ensures
            match n { 0 => true, _ => n > 0 },
    {
        // all done
    }
}

fn count(n: u32, text: &'static str) -> (r: u32)
    ensures r == n,
{
    let c = '{'; let d = "}"; let e = r#"}"}"#;
    while c != d { }
}

fn stub(n: u32) -> (r: u32)
    requires n < 5,
{
    // your code
}

} // verus!
"""


def test_every_function_of_the_macro() -> None:
    found = [
        (one.path, one.line, one.mode.value, one.has_body, one.has_spec)
        for one in rust_functions(TEXT)
    ]
    assert found == [
        ("trusted", 8, "exec", False, False),
        ("meant", 10, "spec", False, False),
        ("Stack::Shape::area", 13, "exec", False, True),
        ("inner::lemma", 19, "proof", True, True),
        ("count", 30, "exec", True, True),
        ("stub", 37, "exec", False, False),
    ]
    assert [one.path for one in waiting(TEXT)] == ["Stack::Shape::area", "stub"]
    assert [one.path for one in rust_functions(TEXT) if has_loop(TEXT, one)] == ["count"]


def test_it_says_what_the_slow_reader_says() -> None:
    slow = {one.path: one for one in functions(TEXT) if one.in_verus}
    for one in rust_functions(TEXT):
        full = slow.pop(one.path)
        assert (one.line + 1, one.mode) == (full.line, full.mode)
        assert one.has_body == (full.body is not None and not full.stub)
        assert full.whole.start <= one.start < one.end <= full.whole.end
        assert full.body is None or (one.body, one.end) == (full.body.start, full.body.end)
    assert not slow


def test_recorded_programs(verus_recordings) -> None:
    programs = {row["program"] for row in verus_recordings("benchmarks") if row.get("program")}
    other = 0
    for text in programs:
        quick = [(one.path, one.line + 1, one.has_body) for one in rust_functions(text)]
        slow = [
            (one.path, one.line, one.body is not None and not one.stub)
            for one in functions(text)
            if one.in_verus
        ]
        other += quick != slow
    assert len(programs) > 50 and other == 0


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("fn half(n: u32) -> (r: u32)\n    ensures r ==", ["first", "half", "last"]),
        ("fn half(n: u32", ["first", "half", "last"]),
        ("fn half(n: u32) { if n > 1 {", ["first", "half", "last"]),
        ("fn half() { } }", ["first", "half", "last"]),
        ("fn ", ["first", "last"]),
        ("proof", ["first", "last"]),
    ],
)
def test_half_a_function_takes_no_other_with_it(typed: str, left: list[str]) -> None:
    text = f"verus! {{\n\nfn first() {{\n}}\n\n{typed}\n\nfn last() {{\n}}\n\n}}\n"
    assert [one.name for one in rust_functions(text)] == left


def test_any_text_is_read_to_its_end() -> None:
    for text in (TEXT[:at] for at in range(0, len(TEXT), 3)):
        assert all(0 <= one.start < one.body <= one.end for one in rust_functions(text))
    for piece in ("{", "}", '"', "'", "/*", "verus!{", "fn f(", "impl<", "#[", "verus!{fn f()\n"):
        rust_functions(piece * 20_000)
