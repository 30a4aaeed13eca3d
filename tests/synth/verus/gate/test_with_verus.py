"""The whole way through the checker and its sandbox: on the stand-in, and on a real Verus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from synthd.sandbox.level import detect
from synthd.sandbox.verus.found import Installation
from synthd.sandbox.verus.run import VerusLimits
from synthd.synth.attempt import Candidate, Verdict
from synthd.synth.problem import Problem
from synthd.synth.rust.functions import find
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.preflight import Trouble
from synthd.synth.verifiers.verus.probes import Aim, Found
from synthd.synth.verifiers.verus.report import ProofVerdict
from synthd.synth.verifiers.verus.verifier import VerusVerifier

FILE = """use vstd::prelude::*;
verus! {

fn larger(a: u32, b: u32) -> (r: u32)
    requires a < 1000,
    ensures r >= a, r >= b, r == a || r == b,
{
    unimplemented!()
}

fn reset(v: &mut Vec<u32>)
    ensures final(v).len() == 0,
{
    unimplemented!()
}

proof fn grows(n: nat)
    requires n > 0,
    ensures n * 2 > n,
{
}

fn main() {
}

}
"""
RIGHT = "{ if a > b { return a; } b }"
WRONG = "{ a }"


async def verdict(verifier: VerusVerifier, code: str) -> Any:
    return await verifier.verify(Problem("p", ""), Candidate(code))


async def test_on_the_stand_in(open_checker: Callable[..., Any]) -> None:
    rules = [
        {"contains": "assert(false)", "answer": {"outcome": "refuted", "verified": 3}},
        {"contains": RIGHT, "answer": {"outcome": "proved", "verified": 4}},
        {"contains": "todo!()", "answer": {"outcome": "syntax"}},
    ]
    async with open_checker(rules=rules) as checker:
        verifier = VerusVerifier(checker, FILE, "larger")
        right = await verdict(verifier, RIGHT)
        assert right.verdict is Verdict.ACCEPTED and right.labels == (), right.report
        assert right.isolation in ("bubblewrap", "landlock")
        assert (await verdict(verifier, WRONG)).verdict is Verdict.REJECTED
        again = await verdict(verifier, RIGHT)
        assert again.verdict is Verdict.ACCEPTED and again.seconds == 0.0


async def test_the_wall_of_verus_itself_is_asked_for(open_checker: Callable[..., Any]) -> None:
    """Where that version knows the flag; the stand-in does not, and is not given it."""
    rules = [{"contains": "", "flags": "--no-cheating", "answer": "syntax"}]
    async with open_checker(rules=rules, default="proved") as checker:
        plain = await checker.check(FILE)
        assert (await checker.check(FILE, no_cheating=True)).cached  # it is the same question
        knowing = replace(checker.installation, options=frozenset({"--no-cheating"}))
        checker.installation = knowing
        refused = await checker.check(FILE + "\n// other\nfn g() {}", no_cheating=True)
        assert (plain.verdict, refused.verdict) == (ProofVerdict.PROVED, ProofVerdict.REFUTED)


async def test_on_recordings(
    open_checker: Callable[..., Any],
    verus_recordings: Callable[[str], tuple[Mapping[str, Any], ...]],
) -> None:
    """A real answer to the program itself; the probes are answered by rule."""
    rows = [
        row
        for row in verus_recordings("benchmarks")
        if row["name"].startswith("human_eval_verus/") and row["exit"] == 0
    ][:1]
    rules = [{"contains": "assert(false)", "answer": {"outcome": "refuted"}}]
    async with open_checker(recordings=rows, rules=rules) as checker:
        for row in rows:
            text = row["program"]
            path = text[text.rindex("\nfn ") + 4 :].split("(")[0].split("<")[0]
            if path == "main":
                path = (
                    text[: text.rindex("\nfn ")].rpartition("\nfn ")[2].split("(")[0].split("<")[0]
                )
            body = find(text, path).body
            assert body is not None
            found = await verdict(VerusVerifier(checker, text, path), body.of(text))
            assert found.verdict is Verdict.ACCEPTED, (row["name"], path, found.report)


@pytest.fixture
async def real(real_verus: Installation) -> Any:
    async with Checker.open(real_verus, VerusLimits(), await detect()) as checker:
        yield checker


async def test_real_accepts_and_rejects(real: Checker) -> None:
    verifier = VerusVerifier(real, FILE, "larger")
    right = await verdict(verifier, RIGHT)
    assert (right.verdict, right.labels, right.report) == (Verdict.ACCEPTED, (), "")
    evidence = verifier.evidence_of(RIGHT)
    assert evidence and all(one.found is Found.SOUND for one in evidence.probed)
    wrong = await verdict(verifier, WRONG)
    assert wrong.verdict is Verdict.REJECTED and "postcondition" in wrong.report
    assert (await verifier.preflight()).sound


async def test_real_contradiction_is_found(real: Checker) -> None:
    text = FILE.replace("a < 1000", "a < b, b < a")
    verifier = VerusVerifier(real, text, "larger")
    (finding,) = (await verifier.preflight()).findings
    assert finding.trouble is Trouble.CONTRADICTION
    assert (await verdict(verifier, WRONG)).verdict is Verdict.REJECTED
    lemma = FILE.replace("requires n > 0", "requires n > 0, n < 0")
    found = await VerusVerifier(real, lemma, "grows").preflight()
    assert [one.trouble for one in found.findings] == [Trouble.CONTRADICTION]


async def test_real_divergence_is_found(real: Checker) -> None:
    """Recursion that Verus accepts where it does not ask why it ends, in a way that the gate
    cannot see: through a trait's method."""
    text = FILE.replace(
        "fn main()",
        "trait T { fn go(&self) -> (r: bool) ensures false; }\n"
        "#[verifier::exec_allows_no_decreases_clause]\n"
        "fn spin<A: T>(t: &A) -> (r: u32) ensures r == 7 { unimplemented!() }\nfn main()",
    )
    found = await verdict(VerusVerifier(real, text, "spin"), "{ let x = t.go(); 3 }")
    assert found.verdict is Verdict.FORBIDDEN and "endless" in found.report
    loop = "{ let mut i = 0u32; while i < 5 invariant i == 0 { } 3 }"
    found = await verdict(VerusVerifier(real, text, "spin"), loop)
    assert found.verdict is Verdict.FORBIDDEN and "endless" in found.report


async def test_real_empty_body(real: Checker) -> None:
    text = FILE.replace("final(v).len() == 0", "true")
    found = await VerusVerifier(real, text, "reset").preflight()
    assert [one.trouble for one in found.findings] == [Trouble.TRIVIAL]
    (empty,) = [one for one in found.probed if one.probe.aim is Aim.EMPTY]
    assert empty.found is Found.VACUOUS
    sound = await VerusVerifier(real, FILE, "reset").preflight()
    assert sound.findings == () and sound.verified >= {"grows"}


async def test_real_file_that_trusts(real: Checker) -> None:
    text = FILE.replace("fn main() {\n}", "proof fn f() ensures false { admit(); }\nfn main() {\n}")
    verifier = VerusVerifier(real, text, "larger")
    assert (await verdict(verifier, RIGHT)).verdict is Verdict.ACCEPTED
    assert [one.what for one in (await verifier.preflight()).trusts] == ["admit"]
