"""What models are told about Verus: at every question, in as few words as will do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from synthd.synth import prompts
from synthd.synth.attempt import (
    Attempt,
    Candidate,
    Case,
    CaseOutcome,
    Evaluation,
    ProofCounts,
    Verdict,
)
from synthd.synth.ports import Prompt
from synthd.synth.problem import Problem
from synthd.synth.prompts import verus
from synthd.synth.prompts.tree import refinement
from synthd.synth.prompts.verus.advice import ADVICE
from synthd.synth.prompts.verus.examples import EXAMPLES
from synthd.synth.proving.findings import findings, verified
from synthd.synth.rust.functions import functions
from synthd.synth.verifiers.verus import judging, scoring
from synthd.synth.verifiers.verus.report import Kind, ProofVerdict, Status
from synthd.synth.verifiers.verus.understanding import understand

QUESTIONS: dict[str, Callable[[Problem, Attempt], Prompt]] = {
    "draft": lambda p, a: prompts.draft(p),
    "plan": lambda p, a: prompts.draft(p, plan=True),
    "explain": lambda p, a: prompts.explain(p, a, prompts.issue(a)),
    "repair": lambda p, a: prompts.repair(p, a, prompts.issue(a), "Bound it."),
    "refine": prompts.refine,
    "self_repair": prompts.self_repair,
    "self_repair, all": lambda p, a: prompts.self_repair(p, a, "all", "full"),
    "criticize": prompts.criticize,
    "improve": lambda p, a: prompts.improve(p, a, "Bound it."),
    "reconsider": prompts.reconsider,
    "multi_turn": prompts.multi_turn,
    "revise": prompts.revise,
    "tree": lambda p, a: refinement(p, a, "diff", "full"),
    "tree, last": lambda p, a: refinement(p, a, "diff", "last"),
}


def flat(prompt: Prompt) -> str:
    return "".join(f"<{message.role}>{message.content}" for message in prompt)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_speaks_of_verus_and_shares_its_beginning(name, invented, judged) -> None:
    attempt = judged("3/1", judged("2/2"))
    said = flat(QUESTIONS[name](invented, attempt))
    assert said.startswith(f"<system>{verus.system()}<user>{verus.task(invented)}")
    assert invented.start in said and "```verus" not in said and "docstring" not in said
    assert "imports and helpers" not in said and "python" not in said.lower()
    if name not in ("draft", "plan"):
        assert "3/1" in said
    asks_for_code = name not in ("explain", "criticize", "revise")
    assert ("from its `{` to its `}`" in said.rpartition("<user>")[2]) == asks_for_code


def test_a_guide_of_ones_own_takes_its_place(invented, judged) -> None:
    other = replace(invented, guide="Be brief.")
    assert prompts.draft(other)[0].content == "Be brief."
    assert "Be brief." == refinement(other, judged("3/1"), "diff", "full")[0].content


def test_the_three_starting_points_differ(invented) -> None:
    body = "{ 1 }"
    whole = f"{invented.head}\n{body}"
    proof = replace(invented, start=whole, given=body, proof_only=True)
    failing = replace(invented, start=whole, given=body)
    said = [prompts.draft(problem)[1].content for problem in (invented, proof, failing)]
    assert "Write the body" in said[0] and "The function to write" in said[0]
    assert "must stay as it is" in said[1] and "whose proof is missing" in said[1]
    assert "Mend its body" in said[2] and "must stay" not in said[2]
    attempt = Attempt(Candidate(body, node="given"), Evaluation(Verdict.REJECTED, 0.0))
    for problem in (proof, failing):
        again = prompts.refine(problem, attempt)[1].content
        assert again.count(body) == 1 and ("must stay" in again) == problem.proof_only


def test_it_is_small_enough_for_a_small_model() -> None:
    """By characters: a token of English and Rust is about three and a half of them."""
    assert len(verus.system(0)) < 900 * 3.6
    assert len(verus.system()) < 1400 * 3.6
    assert len(verus.advice(ADVICE)) < 400 * 3.6


def test_every_kind_has_its_advice() -> None:
    assert {kind.value for kind in Kind} <= ADVICE.keys()
    assert len(set(ADVICE.values())) == len(ADVICE)
    said = verus.advice([Kind.OTHER, Kind.POSTCONDITION, Kind.SYNTAX, Kind.MODE, Kind.TYPE])
    assert [line[2:] for line in said.splitlines()] == [
        ADVICE["syntax"],
        ADVICE["mode"],
        ADVICE["type"],
    ]
    assert verus.advice([]) == "" == verus.advice(["unheard of"])


def rejected(*errors: str) -> Attempt:
    passing = (Case("helper", CaseOutcome.PASS),)
    report = "\n\n".join(errors)
    counts = ProofCounts(1, len(errors), len(errors), 0)
    evaluation = Evaluation(Verdict.REJECTED, 0.5, passing, report, proof=counts)
    return Attempt(Candidate("{ }"), evaluation)


def test_levels() -> None:
    attempt = rejected("error: assertion failed\n --> a", "error: possible arithmetic overflow")
    assert verus.told(attempt, "none") == ""
    assert verus.told(attempt, "pass-fail") == "Verus does not accept it."
    first = verus.told(attempt, "first-failing")
    assert "assertion failed" in first and "overflow" not in first
    both = verus.told(attempt, "diff")
    assert "assertion failed" in both and "overflow" in both and "helper" not in both
    assert "helper" in verus.told(attempt, "all")
    assert "smaller steps" in verus.advised(attempt, "first-failing")
    assert ADVICE["overflow"] not in verus.advised(attempt, "first-failing")
    assert ADVICE["overflow"] in verus.advised(attempt, "diff")
    assert verus.advised(attempt, "none") == ""


def test_the_prover_s_hints_how_to_cheat_are_not_passed_on(verus_recordings) -> None:
    hints = ("exec_allows_no_decreases_clause", "assume_specification", "external_")
    heard = 0
    for row in verus_recordings("flags"):
        if not any(hint in row["stderr"] for hint in hints) or "--no-cheating" in row["args"]:
            continue
        heard += 1
        for level in ("first-failing", "diff", "all"):
            said = verus.advised(rejected(row["stderr"]), level)
            assert said and not any(hint in said for hint in hints), row["name"]
    assert heard > 3


def test_the_verifier_s_cases_are_understood(verus_recordings, as_ran) -> None:
    """Each error of a recorded run: its function and kind, as the verifier's report has them."""
    seen = Counter[str]()
    for row in [*verus_recordings("mutants")[::3], *verus_recordings("flags")]:
        if not row["program"] or "--output-json" not in row["args"]:
            continue
        report = understand(row["program"], as_ran(row))
        if report.verdict is not ProofVerdict.REFUTED:
            continue
        evaluation = judging.judged(report, row["program"])
        expected = [(one.kind, one.function) for one in scoring.errors(report)]
        assert [(found.kind, found.function) for found in findings(evaluation)] == expected
        proved = [one.path for one in report.functions if one.status is Status.VERIFIED]
        assert list(verified(evaluation)) == proved
        attempt = Attempt(Candidate("{ }"), evaluation)
        assert {kind.value for kind, _ in expected} <= set(verus.kinds(evaluation))
        first = verus.advised(attempt, "first-failing")
        assert ADVICE[expected[0][0].value] in first or "index" in first, row["name"]
        seen.update(kind.value for kind, _ in expected)
    assert len(seen) >= 8 and seen.total() > 100


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("error: postcondition not satisfied\n --> program.rs:3:1", ("postcondition",)),
        ("error: invariant not satisfied at end of loop body", ("invariant_end",)),
        ("error: invariant not satisfied before loop", ("invariant_entry",)),
        ("error[E0308]: mismatched types", ("type",)),
        ("error: loop must have a decreases clause", ("termination",)),
        (
            "error: precondition not satisfied\n  --> vstd/std_specs/vec.rs:55:8",
            ("precondition", "precondition.index"),
        ),
        ("error: possible arithmetic underflow/overflow (in `f`)\n  line 3: i + 1", ("overflow",)),
        ("error: precondition not satisfied (in `f`)\n  line 3: g(i)", ("precondition",)),
        ("something else", ("other",)),
    ],
)
def test_kinds_are_read(text, kinds) -> None:
    assert verus.kinds(rejected(text).evaluation) == kinds


def test_a_cheat_is_told_its_rule() -> None:
    report = "line 3: `admit` (assume): prove it"
    cheat = Attempt(Candidate("{ }"), Evaluation(Verdict.FORBIDDEN, 0.0, report=report))
    said = verus.advised(cheat, "diff")
    assert ADVICE["forbidden"] in said


def test_very_many_errors_are_cut() -> None:
    said = verus.advised(rejected(*[f"error: assertion failed {i}" * 9 for i in range(99)]), "diff")
    assert len(said) < 3600 and "more errors follow" in said


def test_examples_read_as_programs_with_one_function_to_write() -> None:
    for example in EXAMPLES:
        found = functions(example.program)
        target = next(function for function in found if function.name == example.name)
        assert target.in_verus and target.ensures and not target.stub
        assert target.body is not None and target.body.of(example.program) == example.body
        assert example.body.count("while") == example.body.count("decreases") == 1
