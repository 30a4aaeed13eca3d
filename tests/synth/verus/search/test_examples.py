"""The worked examples verify, wherever a real Verus is installed to say so."""

from __future__ import annotations

import pytest

from synthd.sandbox.level import detect
from synthd.sandbox.verus.run import VerusLimits
from synthd.synth.attempt import Candidate, Verdict
from synthd.synth.problem import Problem
from synthd.synth.prompts.verus.examples import EXAMPLES
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.verifier import VerusVerifier


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
async def test_examples_verify(real_verus, example) -> None:
    async with Checker.open(real_verus, VerusLimits(), await detect()) as checker:
        verifier = VerusVerifier(checker, example.program, example.name)
        found = await verifier.verify(Problem("example", ""), Candidate(example.body))
    assert found.verdict is Verdict.ACCEPTED and not found.labels, found.report
