"""Where only what loops lack may be added: what the gate lets through, and what is taken over."""

from __future__ import annotations

import pytest

from synthd.synth.rust.functions import find, functions
from synthd.synth.rust.invariants import read, with_clauses
from synthd.synth.rust.splice import replace_body
from synthd.synth.verifiers.verus.gate import Rules, inspect

BODY = """{
    let mut i: u32 = 0;
    while i < n
        invariant
            i <= n,
    {
        let mut j = 0u32;
        loop {
            if j == i {
                break;
            }
            j = j + 1;
        }
        i = i + 1;
    }
    proof {
        lemma(n as nat);
    }
    i
}"""
FILE = f"""verus! {{

fn count(n: u32) -> (r: u32)
    ensures r == n,
{BODY}

}} // verus!
"""


def refused(changed: str) -> list[str]:
    text = replace_body(FILE, find(FILE, "count"), changed)
    return [one.rule for one in inspect(FILE, text, "count", Rules(invariants=True))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("i <= n,\n", "i <= n,\n            0 <= i,\n        decreases n - i,\n"),
        ("i <= n,\n", "0 <= i,\n            i <= n\n"),
        ("loop {", "loop\n            invariant j <= i,\n            decreases i - j,\n        {"),
        ("loop {", "loop invariant_except_break j <= i, ensures j == i, decreases i - j {"),
        ("    i\n}", "    // done\n    i\n}"),
    ],
)
def test_clauses_of_loops_may_be_added(old: str, new: str) -> None:
    assert refused(BODY.replace(old, new)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("i <= n,", "true,"),  # what was there is gone
        ("        invariant\n            i <= n,\n", ""),
        ("i = i + 1;", "i = i + 1; assert(i <= n);"),
        ("i = i + 1;", "i = 1 + i;"),
        ("lemma(n as nat);", ""),
        ("lemma(n as nat);", "lemma(n as nat); lemma(0);"),
        ("loop {", "while true decreases 1int {"),
        ("    i\n}", "    n\n}"),
        ("while i < n", "#[verifier::loop_isolation(false)] while i < n"),
        ("if j == i {", "if j == i invariant true, {"),
    ],
)
def test_nothing_else_may(old: str, new: str) -> None:
    assert "only-invariants" in refused(BODY.replace(old, new))


def test_a_measure_is_not_exchanged() -> None:
    measured = BODY.replace("i <= n,\n", "i <= n,\n        decreases n - i,\n")
    text = FILE.replace(BODY, measured)
    other = replace_body(text, find(text, "count"), measured.replace("n - i,", "n, n - i,"))
    (found,) = inspect(text, other, "count", Rules(invariants=True))
    assert (found.rule, found.token) == ("only-invariants", "decreases")


def test_an_assumption_in_an_invariant_is_one_all_the_same() -> None:
    cheat = BODY.replace("i <= n,", "i <= n, ({ assume(false); true }),")
    assert "assume" in refused(cheat)


def test_only_the_clauses_of_another_body_are_taken() -> None:
    answer = """{
        let mut k = 0;
        while k < n
            invariant
                i <= n,
                i as int >= 0,
            decreases n - i
        {
            assert(true);
            loop
                invariant forall|k: int| 0 <= k < j ==> k < i,
                ensures j == i,
                decreases if j < i { i - j } else { 0 },
            { break }
        }
        k
    }"""
    merged = with_clauses(BODY, answer)
    assert merged is not None and refused(merged) == []
    assert merged == BODY.replace(
        "            i <= n,\n    {",
        "            i <= n,\n            i as int >= 0,\n        decreases n - i,\n    {",
    ).replace(
        "loop {",
        "loop\n            invariant\n                forall|k: int| 0 <= k < j ==> k < i,\n"
        "            ensures\n                j == i,\n"
        "            decreases if j < i { i - j } else { 0 },\n        {",
    )
    assert with_clauses(merged, answer) == merged, "once is enough"


@pytest.mark.parametrize(
    "answer",
    ["{ n }", "", "{ while i < n {", "{ while a { } while b { } while c { } }", "loop loop loop"],
)
def test_other_loops_are_not_mixed_up(answer: str) -> None:
    assert with_clauses(BODY, answer) is None


def test_comments_among_clauses_are_not_lost() -> None:
    noted = BODY.replace("invariant\n", "invariant // of i\n")
    more = BODY.replace("i <= n,", "i <= n, 0 <= i,")
    assert with_clauses(noted, more) is None
    assert with_clauses(noted, BODY) == noted


def test_recorded_proofs_survive_without_a_clause(verus_recordings) -> None:
    """Without the clauses of its loops a body is another one, and with those put back it may be
    given to Verus again."""
    tried = 0
    for row in verus_recordings("benchmarks"):
        text = row.get("program") or ""
        for function in functions(text):
            body = function.body.of(text) if function.body and function.in_verus else ""
            found = read(body)
            if not any(loop.clauses for loop in found.loops) or "//" in body:
                continue
            bare = body
            for loop in reversed(found.loops):
                bare = bare[: loop.start] + " " + bare[loop.end :]
            assert [t.text for t in read(bare).rest] == [t.text for t in found.rest]
            merged = with_clauses(bare, body)
            if merged is None:
                continue
            again = read(merged)
            for one, other in zip(found.loops, again.loops, strict=True):
                for clause in one.clauses:
                    assert set(clause.expressions) <= set(other.expressions(clause.word))
            tried += 1
    assert tried > 30
