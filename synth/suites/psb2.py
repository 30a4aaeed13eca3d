"""PSB2 with functions: arguments in, one value out, or a tuple where a problem has several."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synthd.sandbox.programs import Language, Row, Rows, Rule
from synthd.synth.suites.psb2_answers import CHECKERS
from synthd.synth.suites.psb2_data import LICENCE, Case, PsbProblem, read
from synthd.synth.suites.psb2_references import numbers, vectors, words
from synthd.synth.suites.task import Part, Suite, Task

# As the data's own description says; its floats are rounded to about seven digits.
CLOSE = Rule("close", absolute=1e-3, relative=1e-6)
NOTE = (
    "The visible part is the edge and training cases, the held-out part the 2,000 test cases. "
    "luhn and snow-day: the data does not do what the description says (doubles the first digit, "
    "the third, ...; melts, then adds). cut-vector and find-pair: any right answer is accepted. "
    "Floats: within 0.001, or a millionth."
)


def load_psb2(data: Path, part: Part = Part.ALL) -> Suite:
    psb2 = read(data, part)
    tasks = tuple(task(problem) for problem in psb2.problems)
    return Suite("psb2", "PSB2, functions", LICENCE, tasks, psb2.sha256, psb2.source, NOTE)


def entry(name: str) -> str:
    return name.replace("-", "_")


def reference(name: str) -> Callable[..., Any]:
    """Our own program for a problem."""
    for module in (numbers, vectors, words):
        function = getattr(module, entry(name), None)
        if function is not None:
            return function  # type: ignore[no-any-return]
    raise LookupError(name)


def rule(problem: PsbProblem) -> Rule:
    return CLOSE if "float" in problem.outputs else Rule()


def task(problem: PsbProblem) -> Task:
    prompt = stub(problem)
    return Task(
        id=f"psb2/{problem.name}",
        language=Language.PYTHON,
        prompt=prompt,
        before=prompt,
        entry=entry(problem.name),
        tests=Rows(
            entry=entry(problem.name),
            rows=tuple(Row(case.inputs, _value(case)) for case in problem.cases),
            rule=rule(problem),
            checker=CHECKERS.get(problem.name),
        ),
        reference=inspect.getsource(reference(problem.name)),
    )


def _value(case: Case) -> object:
    return case.outputs[0] if len(case.outputs) == 1 else case.outputs


def stub(problem: PsbProblem) -> str:
    """The signature, and the description and examples as a docstring."""
    function = reference(problem.name)
    lines = textwrap.wrap(problem.description, 88)
    for case in problem.examples:
        arguments = ", ".join(repr(value) for value in case.inputs)
        lines += ["", f">>> {function.__name__}({arguments})", repr(_value(case))]
    body = "\n".join(lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    docstring = textwrap.indent(f'"""{body}\n"""\n', "    ")
    return f"def {function.__name__}{inspect.signature(function)}:\n{docstring}"
