"""PSB2 with C++ functions: what a model is shown, and the main of ours that calls the answer."""

from __future__ import annotations

import inspect
import textwrap

from synthd.synth.suites.psb2 import entry, reference
from synthd.synth.suites.psb2_data import Case, PsbProblem
from synthd.synth.suites.psb2_references import cpp

_TYPES = {
    "int": "long long",
    "float": "double",
    "str": "string",
    "bool": "bool",
    "list[int]": "vector<long long>",
    "list[float]": "vector<double>",
}
HEADERS = "#include <string>\n#include <tuple>\n#include <vector>\nusing namespace std;\n"


def before(problem: PsbProblem) -> str:
    """The comment with shown rows, the headers, and the function's head up to its brace."""
    lines = textwrap.wrap(problem.description, 92)
    for case in problem.examples:
        arguments = ", ".join(map(_literal, case.inputs))
        lines.append(f"{entry(problem.name)}({arguments}) == {_value(case)}")
    comment = "\n".join(lines).replace("*/", "* /")
    return f"/*\n{comment}\n*/\n{HEADERS}{head(problem)} {{\n"


def head(problem: PsbProblem) -> str:
    names = inspect.signature(reference(problem.name)).parameters
    parameters = ", ".join(
        f"{_TYPES[kind]} {name}" for name, kind in zip(names, problem.inputs, strict=True)
    )
    return f"{result(problem)} {entry(problem.name)}({parameters})"


def result(problem: PsbProblem) -> str:
    kinds = [_TYPES[kind] for kind in problem.outputs]
    return kinds[0] if len(kinds) == 1 else f"tuple<{', '.join(kinds)}>"


def whole(problem: PsbProblem, code: str) -> str:
    """With a main that reads the arguments in the competitive format and prints the result."""
    reads = [f"auto {letter} = {cpp.READ[kind]};" for letter, kind in _letters(problem)]
    call = f"::{entry(problem.name)}({', '.join(letter for letter, _ in _letters(problem))})"
    if len(problem.outputs) == 1:
        shown = f"{_TYPES[problem.outputs[0]]} found = {call};\n    print(found);"
    else:
        shown = f"apply([](auto... each) {{ print(each...); }}, {result(problem)}({call}));"
    headers, functions = cpp.HEAD.split("using namespace std;\n")
    lines = "".join(f"    {line}\n" for line in [*reads, shown])
    return (
        f"{headers}#include <tuple>\n{code.rstrip()}\n"
        f"namespace caller_of_the_answer {{\nusing namespace std;\n{functions}"
        f"void call() {{\n    cout << setprecision(17);\n{lines}}}\n}}\n"
        "int main() { caller_of_the_answer::call(); }\n"
    )


def program(problem: PsbProblem) -> str:
    """Our own: what stands between reading and printing, as a function whose result is printed."""
    takes = ", ".join(f"{_TYPES[kind]} {letter}" for letter, kind in _letters(problem))
    kind = result(problem)
    body = cpp.BODIES[problem.name].strip().replace("return 0;", "return result;")
    headers, _ = cpp.HEAD.split("using namespace std;\n")
    return (
        f"{headers}#include <tuple>\nusing namespace std;\n"
        f"using Result = {kind};\nResult {entry(problem.name)}({takes}) {{\n    Result result;\n"
        "    auto print = [&](auto... values) { result = Result(values...); };\n"
        f"{textwrap.indent(body, '    ')}\n    return result;\n}}\n"
    )


def _letters(problem: PsbProblem) -> list[tuple[str, str]]:
    return list(zip("abcd", problem.inputs, strict=False))


def _value(case: Case) -> str:
    values = [_literal(value) for value in case.outputs]
    return values[0] if len(values) == 1 else f"{{{', '.join(values)}}}"


def _literal(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return "{" + ", ".join(map(_literal, value)) + "}"
        case str():
            text = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'"{text}"'
    return repr(value)
