"""What is asked of the user during a job, and how an answer becomes part of what is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from synthd.daemon.exits import BadInput
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.synth.problem import Check, Doctest, Example, Spec
from synthd.synth.source.answered import with_answer
from synthd.synth.source.target import functions
from synthd.synth.source.text import SourceText
from synthd.synth.testing.findings import Question

# From a question and its number to a check; None where it stays open.
Asker = Callable[[Question, int], Awaitable[Check | None]]
MOST_QUESTIONS = 3


def with_check(prepared: Prepared, check: Check) -> Prepared:
    """With the check as a doctest in the docstring, so that it holds for whoever comes next; where
    it cannot stand there, for this search alone."""
    written = _written(prepared, check)
    if written is not None:
        return written
    spec = prepared.problem.spec
    return _with_spec(prepared, (*spec.visible, check))


def _written(prepared: Prepared, check: Check) -> Prepared | None:
    if not isinstance(check, (Example, Doctest)):
        return None
    source = with_answer(prepared.source, prepared.target, check)
    if source is None:
        return None
    new = _prepared(prepared, source)
    stated = [one for one in prepared.checks if getattr(one, "line", None)]
    if new is None or len(new.checks) != len(stated) + 1:
        return None  # it does not read there as it was meant
    given = [one for one in prepared.checks if one not in stated]
    problem = replace(new.problem, given=prepared.problem.given)
    new = replace(new, problem=problem, warnings=prepared.warnings)
    return _with_spec(new, (*new.checks, *given))


def _prepared(prepared: Prepared, source: SourceText) -> Prepared | None:
    was = prepared.target
    found = [t for t in functions(source) if (t.qualname, t.line) == (was.qualname, was.line)]
    wanted = Wanted(accept_untested=True, replace=True)
    try:
        return prepare(source, found[0], prepared.place, wanted) if len(found) == 1 else None
    except BadInput:
        return None


def _with_spec(prepared: Prepared, visible: tuple[Check, ...]) -> Prepared:
    spec = prepared.problem.spec
    more = Spec(visible, spec.acceptance, spec.held_out)
    return replace(prepared, problem=replace(prepared.problem, spec=more))
