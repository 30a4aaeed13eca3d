"""The rules as the papers' programs have them, each with its own message."""

from __future__ import annotations

import pytest

from synthd.synth.verifiers.verus.gate import PaperVariant, Rules, inspect, paper
from synthd.synth.verifiers.verus.report import Diagnostic, Kind, Level, ProofVerdict, VerusReport

FILE = """use vstd::prelude::*;
verus! {
fn f(v: &mut Vec<u8>) -> (r: u8)
    ensures CLAUSE,
{
    todo!()
}
fn main() {}
}
"""
LATE = "/* a */ // b\n// c\n// d\n// e\n// f\n// g\n// h\n// i\n// j\n// k\n// l\n// m\n// n\n1"


@pytest.mark.parametrize(
    ("body", "clause", "variant", "rule"),
    [
        ("{ let assume_init = 1; 1 }", "r == 1", PaperVariant.INFERENCE, "paper-1"),
        (
            "{ #[verifier::external_body] fn g() { } 1 }",
            "r == 1",
            PaperVariant.INFERENCE,
            "paper-2",
        ),
        ("{ #[verifier(external_body)] fn g() { 1; } 1 }", "r == 1", PaperVariant.INFERENCE, ""),
        (f"{{ {LATE} }}", "r == 1", PaperVariant.TUTORIAL, "paper-3"),
        (f"{{ {LATE} }}", "r == 1", PaperVariant.INFERENCE, ""),
        ("{ 1 }", "true", PaperVariant.TRAINING, "paper-6"),
        ("{ 1 }", "true", PaperVariant.INFERENCE, ""),
        ("{ proof { } 1 }", "r == 1", PaperVariant.TUTORIAL, "paper-7"),  # and that of main
        ("{ proof { } proof { } 1 }", "r == 1", PaperVariant.INFERENCE, "paper-7"),
        ("{ 1 }", "r == 1", PaperVariant.INFERENCE, ""),
        ("{ let x: &mut u8 = &mut y; 1 }", "r == 1", PaperVariant.INFERENCE, "paper-8"),
        ("{ let x: &mut Vec<u8> = &mut Vec::new(); 1 }", "r == 1", PaperVariant.INFERENCE, ""),
        ("{ proof { admit(); } 1 }", "r == 1", PaperVariant.TUTORIAL, ""),
    ],
)
def test_rules_on_the_text(body: str, clause: str, variant: PaperVariant, rule: str) -> None:
    text = FILE.replace("CLAUSE", clause)
    found = inspect(
        text, text.replace("{\n    todo!()\n}", body), "f", Rules(gate="paper", paper=variant)
    )
    assert [one.rule for one in found] == ([rule] if rule else [])
    assert all(one.message for one in found)


def test_no_ensures() -> None:
    text = FILE.replace("ensures CLAUSE", "// ensures")
    (found,) = paper.inspect(text, "", PaperVariant.TUTORIAL)
    assert found.rule == "paper-4"


def test_the_spec_stays_with_the_papers_rules_too() -> None:
    changed = FILE.replace("CLAUSE", "r < 9").replace("todo!()", "1")
    rules = Rules(gate="paper")
    (found,) = inspect(FILE.replace("CLAUSE", "r == 1"), changed, "f", rules)
    assert found.rule == "outside"


@pytest.mark.parametrize(
    ("verified", "errors", "variant", "initial", "rule"),
    [
        (1, 0, PaperVariant.TUTORIAL, True, "paper-9"),
        (1, 0, PaperVariant.TUTORIAL, False, ""),
        (1, 0, PaperVariant.INFERENCE, False, ""),
        (1, 0, PaperVariant.TRAINING, False, "paper-9"),
        (0, 0, PaperVariant.INFERENCE, False, "paper-10"),
        (0, 1, PaperVariant.INFERENCE, False, ""),
        (20, 0, PaperVariant.INFERENCE, False, ""),
        (21, 0, PaperVariant.INFERENCE, False, "paper-11"),
    ],
)
def test_rules_on_the_counts(
    verified: int, errors: int, variant: PaperVariant, initial: bool, rule: str
) -> None:
    report = VerusReport(ProofVerdict.UNKNOWN, verified=verified, errors=errors)
    found = paper.judge(report, variant, initial=initial)
    assert [one.rule for one in found] == ([rule] if rule else [])


def test_unreachable_statements() -> None:
    warning = Diagnostic(Kind.OTHER, Level.WARNING, "unreachable statement")
    report = VerusReport(ProofVerdict.PROVED, verified=2, diagnostics=(warning,))
    assert paper.judge(report, PaperVariant.INFERENCE, initial=False)[0].rule == "paper-5"
