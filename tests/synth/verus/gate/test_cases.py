"""Cheats that the gate names by rule and token, and honest programs that look like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthd.synth.rust.functions import find
from synthd.synth.rust.splice import replace_body
from synthd.synth.verifiers.verus.gate import Rule, Rules, inspect

HERE = Path(__file__).parent
BASE = (HERE / "base.rs").read_text()
TARGET = find(BASE, "target")


def cases(name: str) -> list[tuple[str, str]]:
    """(heading, body) of each."""
    parts = (HERE / name).read_text().split("\n=== ")[1:]
    pairs = (part.split("\n", 1) for part in parts)
    return [(heading.rstrip("\n"), body.strip("\n")) for heading, body in pairs]


def spliced(body: str) -> str:
    """By hand: replace_body mends braces, and here they may be broken."""
    assert TARGET.body is not None
    return BASE[: TARGET.body.start] + body + BASE[TARGET.body.end :]


CHEATS = [
    (*(part.strip() for part in heading.split("|")), body) for heading, body in cases("cheats.txt")
]
HONEST = cases("honest.txt")


def test_there_are_enough() -> None:
    names = [name for name, *_ in (*CHEATS, *HONEST)]
    assert len(CHEATS) >= 60 and len(HONEST) >= 40 and len(set(names)) == len(names)
    asked_for = {Rule.CODE.value, Rule.INVARIANTS.value}  # where more than the body is given
    assert {rule for _, rule, *_ in CHEATS} == {rule.value for rule in Rule} - asked_for


@pytest.mark.parametrize(("name", "rule", "token", "body"), CHEATS, ids=[c[0] for c in CHEATS])
def test_cheats_are_named(name: str, rule: str, token: str, body: str) -> None:
    found = inspect(BASE, spliced(body), "target", Rules())
    assert any(one.rule == rule and (one.token == token or rule == "outside") for one in found), (
        found
    )
    assert all(one.message and TARGET.line < one.line <= len(BASE.splitlines()) for one in found)


@pytest.mark.parametrize(("name", "body"), HONEST, ids=[c[0] for c in HONEST])
def test_honest_programs_pass(name: str, body: str) -> None:
    assert inspect(BASE, spliced(body), "target", Rules()) == ()
    assert inspect(BASE, replace_body(BASE, TARGET, body), "target", Rules()) == ()


@pytest.mark.parametrize(
    ("old", "new", "token"),
    [
        ("is_max(v@, best),", "true,", "true"),
        ("best < u32::MAX || bound == 0,", "", "{"),
        ("&&& v.contains(m)", "&&& true", "true"),
        ("0 < v.len() < LIMIT,\n    ensures", "false,\n    ensures", "false"),
        ("const LIMIT: u32 = 100;", "const LIMIT: u32 = 0;", "0"),
        ("bound: u32) -> (best: u32)", "bound: u8) -> (best: u32)", "u8"),
        ("use vstd::prelude::*;", "use vstd::prelude::*; use vstd::math::*;", "math"),
        ("// The file", "#![verifier::exec_allows_no_decreases_clause] // The file", "#"),
        ("/// The greatest", "#[verifier::external_body] /// The greatest", "#"),
        ("} // verus!", "} verus! { proof fn f() ensures true { } }", "verus"),
        ("{\n    target(v, 0)\n}", "{\n    0\n}", "0"),
        ("spec fn is_max", "uninterp spec fn is_max", "uninterp"),
        ("fn main() {\n}", "fn main() { } mod more;", "mod"),
        ("m: u32) -> bool {", "m: u32) -> bool { /* { */ false }\nspec fn f() -> bool {", "false"),
    ],
)
def test_the_rest_of_the_file_stays(old: str, new: str, token: str) -> None:
    body = "{ 0 }"
    changed = spliced(body).replace(old, new, 1)
    assert changed != spliced(body)
    (found,) = inspect(BASE, changed, "target", Rules())
    assert (found.rule, found.token) == ("outside", token)


def test_comments_and_layout_outside_may_change() -> None:
    changed = (
        spliced("{ 0 }").replace("// The file", "// A file").replace("    ensures", "  ensures")
    )
    assert inspect(BASE, changed, "target", Rules()) == ()


def test_what_the_user_wrote_is_the_users() -> None:
    """A file may hold assumptions; only the body may not."""
    trusting = BASE.replace(
        "fn main() {\n}", "proof fn f() ensures false { admit(); } fn main() { }"
    )
    body = find(trusting, "target").body
    assert body is not None
    changed = trusting[: body.start] + "{ 0 }" + trusting[body.end :]
    assert inspect(trusting, changed, "target", Rules()) == ()


RECURSIVE = """use vstd::prelude::*;
verus! {
{attribute}
fn f(x: u32) -> (r: u32) ensures r == 7, {clause} {{ {body} }}
fn g(x: u32) -> (r: u32) ensures r == 7, {{ f(x) }}
fn twice(g: u32) -> (r: u32) {{ other(g) }}
}
"""


@pytest.mark.parametrize(
    ("attribute", "clause", "body", "endless"),
    [
        ("#[verifier::exec_allows_no_decreases_clause]", "", "f(x)", True),
        ("#[verifier::exec_allows_no_decreases_clause]", "", "g(x)", True),
        ("#[verifier::exec_allows_no_decreases_clause]", "decreases x,", "f(x)", False),
        ("#[verifier::exec_allows_no_decreases_clause]", "", "let again = f; again(x)", True),
        ("#[verifier::exec_allows_no_decreases_clause]", "", "let f = x; f", False),
        # A parameter of g has the name of what calls f.
        ("#[verifier::exec_allows_no_decreases_clause]", "", "twice(x)", False),
        ("#[verifier::exec_allows_no_decreases_clause]", "", "h::f(x)", False),
        ("#[verifier::exec_allows_no_decreases_clause]", "", "s.f(x)", False),
        ("", "", "f(x)", False),
    ],
)
def test_recursion_where_verus_does_not_ask_why_it_ends(
    attribute: str, clause: str, body: str, endless: bool
) -> None:
    text, stub = (
        RECURSIVE.replace("{{", "{")
        .replace("}}", "}")
        .replace("{attribute}", attribute)
        .replace("{clause}", clause)
        .replace("{body}", each)
        for each in (body, "todo!()")
    )
    found = inspect(stub, text, "f", Rules())
    assert [one.rule for one in found] == (["endless"] if endless else [])
    old_verus = inspect(stub, text, "f", Rules(termination=False))
    assert bool(old_verus) is (endless or (body == "f(x)" and not clause))


PROOF = """use vstd::prelude::*;
verus! {
fn sum(n: u32) -> (r: u32) requires n < 10, ensures r == n, {
    let mut i = 0;
    while i < n invariant i <= n, decreases n - i, { i += 1; }
    i
}
}
"""


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("invariant i <= n,", "invariant i <= n, n < 10,", False),
        ("    i\n", "    assert(i == n); proof { let x = 1int; } i\n", False),
        ("i += 1;", "i += 1; assert(i > 0) by { };", False),
        ("i += 1;", "i += 2;", True),
        ("    i\n", "    n\n", True),
        ("while i < n", "while i <= n", True),
    ],
)
def test_only_the_proof_may_change_where_the_code_is_given(
    old: str, new: str, changed: bool
) -> None:
    found = inspect(PROOF, PROOF.replace(old, new), "sum", Rules(keep_code=True))
    assert [one.rule for one in found] == (["code-changed"] if changed else [])
    assert inspect(PROOF, PROOF.replace(old, new), "sum", Rules()) == ()
