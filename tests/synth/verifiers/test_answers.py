"""Answers compared in the sandbox: the same as outside, and never a pass where it does not end."""

from __future__ import annotations

import dataclasses

import pytest

from synthd.sandbox.level import Level, detect
from synthd.synth.answers.comparing import Same
from synthd.synth.attempt import Candidate, Verdict
from synthd.synth.problem import Problem
from synthd.synth.verifiers.answers import LIMITS, AnswerVerifier, HeldOutAnswer, Symbolic

pytest.importorskip("sympy")
pytest.importorskip("latex2sympy2_extended")

PROBLEM = Problem("a", "", language="answer")
HOSTILE = ("9^{9^{9^{9}}}", "(" * 300, "\\text{" * 60, "x" * 499, ")(", "")
HOSTILE += ("__import__('os').system('true')", "\\sum_{k=1}^{10^9} k^k", "1" * 5000)


async def test_what_is_the_same_and_what_does_not_end() -> None:
    detection = await detect()
    if detection.level is Level.NONE:
        pytest.skip(f"no isolation here: {detection.reasons}")
    limits = dataclasses.replace(LIMITS, cpu_seconds=0.8)
    async with Symbolic.open(detection, limits=limits) as symbolic:
        assert await symbolic.same("\\frac{1}{2}", "0.5") is Same.YES
        assert await symbolic.same("\\frac{1}{2}", "0.51") is Same.NO
        for answer in HOSTILE:
            assert await symbolic.same("\\frac{1}{2}", answer) is not Same.YES, answer
        assert await symbolic.same("2", "9^{9^{9^{9}}}") is Same.UNDECIDED
        held_out = HeldOutAnswer(symbolic, "\\frac{1}{2}")
        for code, verdict in (
            ("2^{-1}", Verdict.ACCEPTED),
            ("2", Verdict.REJECTED),
            ("", Verdict.REJECTED),
        ):
            evaluation = await held_out.verify(PROBLEM, Candidate(code))
            assert evaluation.verdict is verdict
        await _one_class(AnswerVerifier(symbolic))


async def _one_class(verifier: AnswerVerifier) -> None:
    """Nothing is accepted, and equal answers are the same observation."""
    texts = []
    for code in ("\\frac{1}{2}", "3", "0.5", "\\frac{3}{6}"):
        candidate = Candidate(code)
        assert (await verifier.verify(PROBLEM, candidate)).verdict is Verdict.UNDECIDED
        (seen,) = await verifier.observe(PROBLEM, candidate, verifier.calls)
        texts.append(seen.text)
    assert texts == ["\\frac{1}{2}", "3", "\\frac{1}{2}", "\\frac{1}{2}"]
