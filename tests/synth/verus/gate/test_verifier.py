"""What becomes of a body: forbidden, rejected, undecided, or accepted on which evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from synthd.synth.attempt import (
    Attempt,
    Candidate,
    CaseOutcome,
    Evaluation,
    Extraction,
    ProofCounts,
    Verdict,
)
from synthd.synth.problem import Problem
from synthd.synth.rust.errors import RustSourceError
from synthd.synth.verifiers.verus.gate import Rules
from synthd.synth.verifiers.verus.preflight import Trouble
from synthd.synth.verifiers.verus.probes import Aim, Found
from synthd.synth.verifiers.verus.report import Kind, ProofVerdict, VerusReport
from synthd.synth.verifiers.verus.scoring import score, value
from synthd.synth.verifiers.verus.verifier import UNSTABLE, VerusVerifier

Judge = Callable[..., Awaitable[Evaluation]]

FILE = """use vstd::prelude::*;
verus! {

proof fn lemma(n: nat)
    ensures n + 0 == n,
{
}

fn count(n: u32) -> (r: u32)
    requires n < 100,
    ensures r == n,
{
    unimplemented!()
}

fn main() {
}

}
"""
BODY = """{
    let mut i = 0;
    while i < n
        invariant i <= n,
        decreases n - i,
    {
        i += 1;
    }
    i
}"""
SEARCH = BODY.replace("i += 1;", "if i == 5 { return n; } i += 1;")


async def test_a_proof_is_accepted_with_its_evidence(scripted: Any, judge: Judge) -> None:
    checker = scripted()
    verifier = VerusVerifier(checker, FILE, "count")
    found = await judge(verifier, BODY)
    assert (found.verdict, found.score, found.labels, found.report) == (
        Verdict.ACCEPTED,
        1.0,
        (),
        "",
    )
    assert found.proof == ProofCounts(3, 0, 0, 0)
    assert {case.id for case in found.cases if case.passed} == {"lemma", "count", "main"}
    evidence = verifier.evidence_of(BODY)
    assert evidence is not None and evidence.second is not None
    assert {one.probe.aim: one.found for one in evidence.probed} == {
        Aim.EXIT: Found.SOUND,
        Aim.LOOP_END: Found.SOUND,
        Aim.ENTRY: Found.SOUND,
    }
    # The program, the contract alone, after the loop, at the end, and another seed.
    assert len(checker.asked) == 5 and found.seconds == pytest.approx(
        0.5 * 4
    )  # the contract is looked at once
    assert [one.no_cheating for one in checker.asked if one.seed is not None] == [True]
    assert verifier.report_of(BODY) is evidence.report and verifier.report_of("{ }") is None


async def test_a_cheat_never_gets_to_verus(scripted: Any, judge: Judge) -> None:
    checker = scripted()
    found = await judge(VerusVerifier(checker, FILE, "count"), "{ assume(n == 0); 0 }")
    assert (found.verdict, found.score, checker.asked) == (Verdict.FORBIDDEN, 0.0, [])
    assert "`assume`" in found.report and "line 12" in found.report and "prove it" in found.report
    assert found.labels == ("forbidden:assume",)


async def test_what_is_refuted_says_where(scripted: Any, judge: Judge, failure: Any) -> None:
    checker = scripted(lambda asked: (failure("i += 2", Kind.OVERFLOW, "possible overflow"),))
    found = await judge(VerusVerifier(checker, FILE, "count"), BODY.replace("+= 1", "+= 2"))
    assert found.verdict is Verdict.REJECTED and len(checker.asked) == 1
    assert "possible overflow (in `count`)" in found.report
    assert "line 18: i += 2;" in found.report and "2 verified, 1 errors" in found.report
    assert found.proof == ProofCounts(2, 1, 1, 0)
    assert found.score == pytest.approx((2 - 0.1) / 3)
    assert [case.id for case in found.cases if case.passed] == ["lemma", "main"]
    assert [case.outcome for case in found.cases if not case.passed] == [CaseOutcome.FAIL]


async def test_what_does_not_compile_is_worth_nothing(
    scripted: Any, judge: Judge, failure: Any
) -> None:
    checker = scripted(lambda asked: (failure("nope", Kind.TYPE, "cannot find value `nope`"),))
    found = await judge(VerusVerifier(checker, FILE, "count"), "{ nope }")
    assert (found.verdict, found.score) == (Verdict.REJECTED, 0.0)
    assert found.cases[-1].outcome is CaseOutcome.COMPILE_ERROR


@pytest.mark.parametrize(
    ("reason", "crash", "outcome"),
    [
        ("no answer within 60 s", "", CaseOutcome.TIMEOUT),
        ("Verus crashed: panicked", "stack backtrace", CaseOutcome.INFRA_ERROR),
        ("Verus wrote more than it may", "", CaseOutcome.RESOURCE_LIMIT),
    ],
)
async def test_no_answer_is_undecided(
    scripted: Any, judge: Judge, reason: str, crash: str, outcome: CaseOutcome
) -> None:
    answer = VerusReport(ProofVerdict.UNKNOWN, reason, crash=crash)
    found = await judge(VerusVerifier(scripted(lambda _: answer), FILE, "count"), BODY)
    assert (found.verdict, found.score) == (Verdict.UNDECIDED, 0.0)
    assert reason in found.report and found.cases[0].outcome is outcome


async def test_an_answer_without_a_program(scripted: Any) -> None:
    checker = scripted()
    verifier = VerusVerifier(checker, FILE, "count")
    for candidate in (Candidate(" "), Candidate("x", extraction=Extraction.NO_CODE, note="prose")):
        found = await verifier.verify(Problem("p", ""), candidate)
        assert (found.verdict, found.cases[0].outcome) == (Verdict.REJECTED, CaseOutcome.NO_CODE)
    assert checker.asked == []


async def test_a_function_that_nobody_can_call_is_not_proved(scripted: Any, judge: Judge) -> None:
    """Verus proves anything of it, also `assert(false)`."""
    verifier = VerusVerifier(scripted(lambda _: ()), FILE.replace("n < 100", "n < n"), "count")
    found = await judge(verifier, BODY)
    assert (found.verdict, found.labels) == (Verdict.REJECTED, ("contradictory-requires",))
    assert "contradict" in found.report
    (finding,) = (await verifier.preflight()).findings
    assert (finding.trouble, finding.line) == (Trouble.CONTRADICTION, 9)


async def test_a_program_without_an_end_is_not_proved(
    scripted: Any, judge: Judge, failure: Any
) -> None:
    """Only the entry can be reached: the call before the end never returns."""

    def answer(asked: Any) -> Any:
        reached = "assert(false); vstd" in asked.program
        return (failure("assert(false)"),) if reached else ()

    found = await judge(VerusVerifier(scripted(answer), FILE, "count"), "{ let x = n; x }")
    assert (found.verdict, found.labels) == (Verdict.FORBIDDEN, ("forbidden:endless",))
    assert "no path through it ends" in found.report


@pytest.mark.parametrize(
    ("body", "verdict"), [(BODY, Verdict.FORBIDDEN), (SEARCH, Verdict.ACCEPTED)]
)
async def test_a_loop_that_nothing_comes_after(
    scripted: Any, judge: Judge, failure: Any, body: str, verdict: Verdict
) -> None:
    """It never ends; or it is a search that always finds and returns, which is honest."""

    def answer(asked: Any) -> Any:
        after = "} assert(false);" in asked.program
        return () if after or "assert(false)" not in asked.program else (failure("assert(false)"),)

    found = await judge(VerusVerifier(scripted(answer), FILE, "count"), body)
    assert found.verdict is verdict, found.report
    assert verdict is Verdict.ACCEPTED or "line 14" in found.report


async def test_a_loop_in_code_that_is_never_reached_is_honest(
    scripted: Any, judge: Judge, failure: Any
) -> None:
    def answer(asked: Any) -> Any:
        at_end = "probed_result" in asked.program or "vstd::pervasive" in asked.program
        return (failure("assert(false)"),) if at_end else ()

    dead = BODY.replace("let mut i = 0;", "let mut i = 0; if n > 200 {").replace(
        "    i\n", "}\ni\n"
    )
    found = await judge(VerusVerifier(scripted(answer), FILE, "count"), dead)
    assert found.verdict is Verdict.ACCEPTED and "loop" in found.report


async def test_a_probe_that_fails_for_another_reason_shows_nothing(
    scripted: Any, judge: Judge, failure: Any
) -> None:
    """The result's type cannot be written: then the assertion comes before the result."""
    asked_for: list[str] = []

    def answer(asked: Any) -> Any:
        if "probed_result" in asked.program:
            asked_for.append("after")
            return (failure("probed_result", Kind.TYPE, "mismatched types"),)
        return (failure("assert(false)"),) if "assert(false)" in asked.program else ()

    verifier = VerusVerifier(scripted(answer), FILE, "count")
    assert (await judge(verifier, "{ n }")).verdict is Verdict.ACCEPTED
    assert asked_for == ["after"]
    evidence = verifier.evidence_of("{ n }")
    assert evidence and all(one.found is Found.SOUND for one in evidence.probed)


async def test_nothing_shown_is_recorded(scripted: Any, judge: Judge, failure: Any) -> None:
    def answer(asked: Any) -> Any:
        bad = "assert(false)" in asked.program and "vstd::pervasive" not in asked.program
        return (failure("let n = n", Kind.TYPE, "mismatched types"),) if bad else ()

    def entry(asked: Any) -> Any:
        if "vstd::pervasive" in asked.program:
            return (failure("assert(false)"),)
        return answer(asked)

    found = await judge(VerusVerifier(scripted(entry), FILE, "count"), "{ let n = n; n }")
    assert found.verdict is Verdict.ACCEPTED and "probe exit: inconclusive" in found.report


async def test_one_seed_alone_is_no_stable_proof(scripted: Any, judge: Judge, failure: Any) -> None:
    def answer(asked: Any) -> Any:
        unlucky = asked.seed is not None
        fails = unlucky or "assert(false)" in asked.program
        return (failure("i <= n" if unlucky else "assert(false)"),) if fails else ()

    found = await judge(VerusVerifier(scripted(answer), FILE, "count"), BODY)
    assert (found.verdict, found.labels) == (Verdict.ACCEPTED, (UNSTABLE,))
    assert "only one of two solver seeds" in found.report


async def test_verus_own_wall_is_the_second(scripted: Any, judge: Judge, failure: Any) -> None:
    """What the gate may not know, `--no-cheating` does."""

    def answer(asked: Any) -> Any:
        if asked.no_cheating:
            return (failure("i <= n", Kind.OTHER, "assume/admit not allowed with --no-cheating"),)
        return (failure("assert(false)"),) if "assert(false)" in asked.program else ()

    found = await judge(VerusVerifier(scripted(answer), FILE, "count"), BODY)
    assert (found.verdict, found.labels) == (Verdict.FORBIDDEN, ("forbidden:assume",))


async def test_a_file_that_trusts_says_what(scripted: Any, judge: Judge) -> None:
    trusting = FILE.replace(
        "fn main() {\n}",
        "#[verifier::external_body]\nproof fn axiom_like() ensures 1 == 1 { }\n"
        "proof fn unfinished() ensures 1 == 2 { admit(); }\nfn main() { assume(true); }\n"
        "assume_specification[ u32::pow ](x: u32, e: u32) -> u32;",
    )
    checker = scripted()
    verifier = VerusVerifier(checker, trusting, "count")
    assert (await judge(verifier, BODY)).verdict is Verdict.ACCEPTED
    before = await verifier.preflight()
    assert before.sound and before.labels == (
        "trusts:external_body:axiom_like:16",
        "trusts:admit:unfinished:18",
        "trusts:assume:main:19",
        "trusts:assume_specification:u32::pow:20",
    )
    # Verus' own wall would refuse the file as it is.
    assert not any(one.no_cheating for one in checker.asked)


async def test_success_without_the_name_is_not_enough(
    scripted: Any, judge: Judge, as_report: Any
) -> None:
    def answer(asked: Any) -> Any:
        whole = as_report(asked.program)
        kept = tuple(one for one in whole.functions if one.path != "count")
        return VerusReport(ProofVerdict.PROVED, "", 2, 0, kept, complete=True)

    found = await judge(VerusVerifier(scripted(answer), FILE, "count"), BODY)
    assert (found.verdict, found.score) == (Verdict.UNDECIDED, 0.0)
    assert "did not verify by name: `count`" in found.report


async def test_the_minimum_is_by_name(scripted: Any, judge: Judge) -> None:
    rules = Rules(minimum=("lemma", "other"))
    found = await judge(VerusVerifier(scripted(), FILE, "count", rules), BODY)
    assert found.verdict is Verdict.UNDECIDED and "`other`" in found.report


OTHERS = FILE.replace(
    "fn main()", "proof fn open_question() ensures 1 == 2 { }\nfn main()"
).replace("ensures n + 0 == n,", "ensures n + 0 == n, // here")


@pytest.mark.parametrize(
    ("body", "fails", "verdict"),
    [
        (BODY, ("1 == 2",), Verdict.ACCEPTED),
        ("{ proof { open_question(); } n }", ("1 == 2",), Verdict.REJECTED),
        (BODY, ("1 == 2", "i <= n"), Verdict.REJECTED),
    ],
)
async def test_what_others_fail_at(
    scripted: Any, judge: Judge, failure: Any, body: str, fails: tuple[str, ...], verdict: Verdict
) -> None:
    """A function that failed before is no fault of a candidate, unless it rests on that one."""

    def answer(asked: Any) -> Any:
        texts = [*fails, "assert(false)"]
        return tuple(failure(text) for text in texts if text in asked.program)

    found = await judge(VerusVerifier(scripted(answer), OTHERS, "count"), body)
    assert found.verdict is verdict, found.report


async def test_what_was_verified_may_not_be_lost(scripted: Any, judge: Judge, failure: Any) -> None:
    def answer(asked: Any) -> Any:
        lost = "i <= n" in asked.program
        return (failure("n + 0 == n" if lost else "assert(false)", Kind.POSTCONDITION),)

    found = await judge(VerusVerifier(scripted(answer), FILE, "count"), BODY)
    assert found.verdict is Verdict.REJECTED and "no longer verified: `lemma`" in found.report


async def test_the_papers_gate(scripted: Any, judge: Judge) -> None:
    verifier = VerusVerifier(scripted(), FILE, "count", Rules(gate="paper"))
    comment = await judge(verifier, "{ /* we assume nothing */ n }")
    assert comment.verdict is Verdict.FORBIDDEN and "paper-1" in comment.report
    assert (await judge(verifier, BODY)).verdict is Verdict.ACCEPTED
    sneaky = "{ proof { admit(); } n }"
    assert (await judge(verifier, sneaky)).verdict is Verdict.ACCEPTED  # as theirs does


async def test_preflight_finds_what_is_the_users(scripted: Any, failure: Any) -> None:
    text = FILE.replace("    ensures r == n,\n", "").replace("fn main() {\n}", "fn main() { oops }")
    checker = scripted(lambda _: (failure("oops", Kind.TYPE, "cannot find value `oops`"),))
    before = await VerusVerifier(checker, text, "count").preflight()
    assert not before.sound
    assert [(one.trouble, one.line) for one in before.findings] == [
        (Trouble.BROKEN, text[: text.index("oops")].count("\n") + 1),
        (Trouble.NO_ENSURES, 9),
    ]


async def test_preflight_knows_what_is_verified_already(scripted: Any, failure: Any) -> None:
    def answer(asked: Any) -> Any:
        return tuple(failure(t) for t in ("1 == 2", "assert(false)") if t in asked.program)

    before = await VerusVerifier(scripted(answer), OTHERS, "count").preflight()
    assert (before.verified, before.failing) == ({"lemma", "main"}, {"open_question"})
    assert before.sound and before.trusts == ()


async def test_a_trivial_promise_is_told_and_not_refused(scripted: Any, judge: Judge) -> None:
    text = FILE.replace("-> (r: u32)", "").replace("ensures r == n", "ensures true")
    verifier = VerusVerifier(scripted(), text, "count")
    before = await verifier.preflight()
    assert [one.trouble for one in before.findings] == [Trouble.TRIVIAL] and before.sound
    assert (await judge(verifier, "{ let x = n; }")).verdict is Verdict.ACCEPTED
    paper = VerusVerifier(scripted(), text, "count", Rules(gate="paper"))
    refused = await judge(paper, "{ let x = n; }")
    assert refused.verdict is Verdict.FORBIDDEN and "paper-12" in refused.report


async def test_the_file_is_looked_at_once(scripted: Any) -> None:
    checker = scripted()
    verifier = VerusVerifier(checker, FILE, "count")
    first, second = await asyncio.gather(verifier.preflight(), verifier.preflight())
    assert first is second and len(checker.asked) == 1


async def test_cancelling_leaves_nothing_running(scripted: Any) -> None:
    started = asyncio.Event()
    ended: list[str] = []
    quick = scripted()

    class Slow:
        async def check(self, program: str, **flags: Any) -> VerusReport:
            if "assert(false); vstd" in program or "assert(false)" not in program:
                if flags.get("seed") is None:
                    return await quick.check(program)
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(program)
            raise AssertionError

    verifier = VerusVerifier(Slow(), FILE, "count")
    before = asyncio.all_tasks()
    task = asyncio.create_task(verifier.verify(Problem("p", ""), Candidate(BODY)))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended and asyncio.all_tasks() <= before | {task}


def test_a_file_without_the_function(scripted: Any) -> None:
    with pytest.raises(RustSourceError, match="count"):
        VerusVerifier(scripted(), FILE, "nope")


def test_the_score_is_never_below_nothing() -> None:
    assert value(ProofCounts(1, 1, 30, 0)) < 0 and score(ProofCounts(1, 1, 30, 0)) == 0.0
    assert score(ProofCounts(3, 1, 1, 1)) == pytest.approx((3 - 0.14) / 4)


def test_paper_rule_nine_asks_for_parents(scripted: Any) -> None:
    """`1 verified, 0 errors` is refused of a first draft alone."""

    async def run() -> list[Verdict]:
        answer = VerusReport(ProofVerdict.PROVED, "", 1, 0)
        verifier = VerusVerifier(scripted(lambda _: answer), FILE, "count", Rules(gate="paper"))
        draft = Candidate(BODY)
        first = await verifier.verify(Problem("p", ""), draft)
        child = Candidate(BODY, parent=Attempt(draft, first))
        return [first.verdict, (await verifier.verify(Problem("p", ""), child)).verdict]

    first, second = asyncio.run(run())
    assert first is Verdict.FORBIDDEN and second is not Verdict.FORBIDDEN
