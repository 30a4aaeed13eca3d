"""What is asked of the user during a job, and how an answer becomes part of what is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from synthd.daemon.prepare import Prepared
from synthd.synth.problem import Check, Spec
from synthd.synth.testing.findings import Question

# From a question and its number to a check; None where it stays open.
Asker = Callable[[Question, int], Awaitable[Check | None]]
MOST_QUESTIONS = 3


def with_check(prepared: Prepared, check: Check) -> Prepared:
    spec = prepared.problem.spec
    more = Spec((*spec.visible, check), spec.acceptance, spec.held_out)
    return replace(prepared, problem=replace(prepared.problem, spec=more))
