"""PSB2 with whole programs, in the format that PyPI's psb2 calls "competitive": each value on a
line of its own; a list is its length on a line, then its elements on another, with spaces between.
Booleans are True and False. The result is printed in the same way."""

from __future__ import annotations

import inspect
import textwrap
from pathlib import Path

from synthd.sandbox.programs import Exchange, Exchanges, Language
from synthd.synth.suites.psb2 import NOTE, reference, rule
from synthd.synth.suites.psb2_answers import PRINTED
from synthd.synth.suites.psb2_data import LICENCE, PsbProblem, read
from synthd.synth.suites.psb2_references import cpp
from synthd.synth.suites.task import Part, Suite, Task

_FORMAT = (
    "Write a program that reads its input from standard input and prints the result. Each value "
    "is on a line of its own; a list is two lines: its length, then its elements with spaces "
    "between them. Booleans are True and False."
)


def load_psb2_stdio(data: Path, part: Part = Part.ALL) -> Suite:
    return _load("psb2-stdio", "PSB2, Python programs", Language.PYTHON, data, part)


def load_psb2_stdio_cpp(data: Path, part: Part = Part.ALL) -> Suite:
    return _load("psb2-stdio-cpp", "PSB2, C++ programs", Language.CPP, data, part)


def _load(name: str, title: str, language: Language, data: Path, part: Part) -> Suite:
    psb2 = read(data, part)
    tasks = tuple(task(problem, language) for problem in psb2.problems)
    return Suite(name, title, LICENCE, tasks, psb2.sha256, psb2.source, NOTE)


def task(problem: PsbProblem, language: Language) -> Task:
    return Task(
        id=f"psb2/{problem.name}",
        language=language,
        prompt=prompt(problem, language),
        entry="",
        tests=Exchanges(
            rows=tuple(Exchange(lines(case.inputs), lines(case.outputs)) for case in problem.cases),
            rule=rule(problem),
            checker=PRINTED.get(problem.name),
        ),
        reference=(
            _program(problem)
            if language is Language.PYTHON
            else cpp.program(problem.name, problem.inputs)
        ),
    )


def lines(values: tuple[object, ...]) -> str:
    found: list[str] = []
    for value in values:
        if isinstance(value, list):
            found += [str(len(value)), " ".join(map(str, value))]
        else:
            found.append(str(value))
    return "".join(f"{line}\n" for line in found)


def prompt(problem: PsbProblem, language: Language) -> str:
    names = inspect.signature(reference(problem.name)).parameters
    inputs = ", ".join(f"{name} ({kind})" for name, kind in zip(names, problem.inputs, strict=True))
    parts = [
        *textwrap.wrap(problem.description, 92),
        "",
        *textwrap.wrap(_FORMAT, 92),
        f"Input: {inputs}. Output: {', '.join(problem.outputs)}.",
    ]
    for case in problem.examples:
        parts += ["", "Input:", lines(case.inputs), "Output:", lines(case.outputs)]
    text = "\n".join(part.removesuffix("\n") for part in parts)
    if language is Language.CPP:
        return f"/*\n{text.replace('*/', '* /')}\n*/\n"
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""\n{escaped}\n"""\n'


_READ = {
    "int": "int(input())",
    "float": "float(input())",
    "str": "input()",
    "list[int]": "[int(word) for word in (input(), input())[1].split()]",
    "list[float]": "[float(word) for word in (input(), input())[1].split()]",
}
_PRINT = """\
for value in values:
    if isinstance(value, list):
        print(len(value))
        print(*value)
    else:
        print(value)
"""


def _program(problem: PsbProblem) -> str:
    """The reference function between reading and printing."""
    function = reference(problem.name)
    arguments = ", ".join(_READ[kind] for kind in problem.inputs)
    call = f"{function.__name__}({arguments})"
    values = f"values = {call}\n" if len(problem.outputs) > 1 else f"values = [{call}]\n"
    return f"{inspect.getsource(function)}\n\n{values}{_PRINT}"
