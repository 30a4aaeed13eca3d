"""Reading answers: a body however it was written, and a reason where there is none."""

from __future__ import annotations

import pytest

from synthd.synth.attempt import Extraction
from synthd.synth.extraction import named
from synthd.synth.extraction.named import OF_PAPERS, POLICIES
from synthd.synth.rust.extract import body_reader
from synthd.synth.rust.functions import find
from synthd.synth.rust.lexer import meaningful

PROGRAM = """use vstd::prelude::*;
verus! {
spec fn known(x: int) -> int { x }
fn count(v: &Vec<u32>, n: u32) -> (r: u32)
    requires n < 100,
    ensures r == known(n as int),
{
    todo!()
}
} // verus!
fn main() {}
"""
HEADER = """fn count(v: &Vec<u32>, n: u32) -> (r: u32)
    requires n < 100,
    ensures r == known(n as int),
"""
STATEMENTS = """    let mut i = 0;
    while i < n
        invariant
            i <= n,
        decreases n - i,
    {
        i = i + 1;
    }
    proof { assert(i == n); }
    i
"""
BODY = f"{{\n{STATEMENTS}}}"
READ = body_reader(PROGRAM, find(PROGRAM, "count"))


def _fence(code: str, word: str = "rust") -> str:
    return f"Some thoughts: it's simple.\n\n```{word}\n{code}\n```\nThat proves it.\n"


@pytest.mark.parametrize(
    "completion",
    [
        _fence(STATEMENTS),
        _fence(STATEMENTS, "verus"),
        _fence(STATEMENTS, ""),
        _fence(BODY),
        _fence(f"{STATEMENTS}}}\n\n}} // verus!\n\nfn main() {{}}"),
        _fence(f"{STATEMENTS}}}\n}}"),
        _fence(f"{BODY}\n}}\nfn main() {{}}"),
        _fence(f"{STATEMENTS}\nfn main() {{}}"),
        _fence(HEADER + BODY),
        _fence("fn count(v: &Vec<u32>, n: u32) -> (r: u32)\n" + BODY),
        _fence(PROGRAM.replace("{\n    todo!()\n}", BODY)),
        _fence("1") + _fence(STATEMENTS),
        _fence(HEADER + BODY) + _fence("fn main() { count(&vec![1], 2); }"),
        _fence(HEADER + BODY) + _fence("let c = count(&v, 2);"),
        _fence("error: this fails here", "text") + _fence(STATEMENTS),
        _fence(HEADER + "{\n    todo!()\n}") + _fence(HEADER + BODY),
        STATEMENTS,
        f"{STATEMENTS}}}\n\n}} // verus!\n\nfn main() {{}}\n",
        f"{STATEMENTS}}}\n```\nThis works because i grows.",
        f"Here is the function:\n\n{HEADER}{BODY}",
    ],
)
def test_a_body_however_it_was_written(completion: str) -> None:
    assert READ(completion, False) == (BODY, Extraction.OK, "")


@pytest.mark.parametrize(
    ("completion", "how", "note"),
    [
        ("", Extraction.NO_CODE, "nothing"),
        ("I don't know how to prove this.", Extraction.NO_CODE, "no code"),
        ("Sure.", Extraction.NO_CODE, "no code"),
        ("Yes", Extraction.NO_CODE, "no code"),
        (_fence("fn main() {}"), Extraction.NO_CODE, "no code"),
        (_fence("use vstd::prelude::*;"), Extraction.NO_CODE, "no code"),
        (_fence('let a = "abc;'), Extraction.NO_CODE, "no code"),
        (_fence("todo!()"), Extraction.UNUSABLE, "stub"),
        (_fence(PROGRAM), Extraction.UNUSABLE, "stub"),
        (_fence("{ }"), Extraction.UNUSABLE, "stub"),
    ],
)
def test_no_body(completion: str, how: Extraction, note: str) -> None:
    body, extraction, why = READ(completion, False)
    assert (body, extraction) == ("", how)
    assert note in why


def test_a_missing_brace_is_added() -> None:
    body, extraction, note = READ(
        _fence(STATEMENTS.replace("    }\n    proof", "    proof")), False
    )
    assert extraction is Extraction.OK
    assert note == "a brace was missing at the end and added"
    assert body.count("{") == body.count("}") == 3
    body, extraction, note = READ(_fence(HEADER + "{\n    if n > 0 {\n        n"), False)
    assert extraction is Extraction.TRUNCATED
    assert [t.text for t in meaningful(body)] == "{ if n > 0 { n } }".split()
    assert "2 closing brackets" in note


def test_an_answer_that_was_cut() -> None:
    cut = f"```rust\n{STATEMENTS[:90]}"
    body, extraction, note = READ(cut, True)
    assert extraction is Extraction.TRUNCATED
    assert body.startswith("{\n    let mut i = 0;")
    assert "token limit" in note
    assert READ(f"```rust\n{HEADER}{BODY}", False)[:2] == (BODY, Extraction.OK)


def test_what_cannot_be_used_is_named() -> None:
    helper = "proof fn lemma(x: int) ensures x == x {}\n"
    body, extraction, note = READ(_fence(helper + HEADER + BODY), False)
    assert (body, extraction) == (BODY, Extraction.OK)
    assert note == "`lemma` outside the body cannot be used"
    body, extraction, note = READ(_fence(f"{STATEMENTS}}}\n{helper}"), False)
    assert (body, note) == (BODY, "`lemma` outside the body cannot be used")
    weaker = HEADER.replace("r == known(n as int)", "true")
    body, extraction, note = READ(_fence(weaker + BODY), False)
    assert (body, note) == (BODY, "its change of the header was ignored")


def test_another_name() -> None:
    named = "fn counter(v: &Vec<u32>, n: u32) -> (r: u32)\n" + BODY
    assert READ(_fence(named), False) == (
        BODY,
        Extraction.WRONG_NAME,
        "the program called it counter",
    )
    fewer = "fn counter(n: u32) -> u32 " + BODY
    assert READ(_fence(fewer), False)[1] is Extraction.NO_CODE


@pytest.mark.parametrize("name", sorted(POLICIES.keys() - {"whole"}))
def test_a_papers_policy_takes_the_block_and_the_body_is_read_from_it(name: str) -> None:
    read = named.reader(READ, name)
    assert read(f"```rust\n{HEADER}{BODY}\n```", False) == (BODY, Extraction.OK, "")
    assert read("I cannot prove that.", False)[:2] in (
        ("", Extraction.NO_CODE),
        ("", Extraction.UNUSABLE),
    )


def test_of_two_blocks_the_papers_takes_the_first() -> None:
    other = BODY.replace("i + 1", "i + 2")
    answer = _fence(HEADER + BODY) + _fence(HEADER + other)
    assert READ(answer, False)[0] == other, "ours: models correct themselves"
    assert named.reader(READ, OF_PAPERS["treefinement"])(answer, False)[0] == BODY
