"""What judges the files of `synthd judge FILE… --tests F`: from a file of tests to Tests."""

from __future__ import annotations

import ast
import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from synthd.daemon.exits import BadInput
from synthd.sandbox.programs import CodeTests, Exchange, Exchanges, Language, MainTests, Tests

SUFFIXES = {
    ".py": Language.PYTHON,
    ".cpp": Language.CPP,
    ".cc": Language.CPP,
    ".cxx": Language.CPP,
    ".rs": Language.RUST,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """As on the command line. Of tests and stdio exactly one is given."""

    tests: Path | None = None
    stdio: Path | None = None
    check: str = ""
    entry: str = ""


class _Pair(BaseModel):
    model_config = ConfigDict(extra="forbid")

    input: str
    output: str


def language(path: Path) -> Language:
    found = SUFFIXES.get(path.suffix.lower())
    if found is None:
        known = ", ".join(SUFFIXES)
        raise BadInput(f"{path}: which language is that? Known are {known}")
    return found


def read_text(path: Path) -> str:
    """Raises BadInput."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 ({error.reason})") from None


def tests_for(path: Path, program: str, asked: Asked, text: str) -> Tests:
    """text: of asked.tests. Raises BadInput with what to add to the command."""
    assert asked.tests is not None
    spoken = language(path)
    if language(asked.tests) is not spoken:
        raise BadInput(f"{asked.tests} cannot test {path}: they are in different languages")
    if spoken is not Language.PYTHON:
        return MainTests(text)
    return _python(path, program, asked, text)


def exchanges(path: Path) -> Exchanges:
    """JSON lines (or one JSON list) of {"input", "output"}, or a folder of NAME.in and NAME.out
    (or NAME.ans). Raises BadInput."""
    if path.is_dir():
        rows = _folder(path)
    else:
        rows = [Exchange(pair.input, pair.output) for pair in _pairs(path)]
    if not rows:
        raise BadInput(f"{path} holds no pair of input and output")
    return Exchanges(tuple(rows))


def _folder(path: Path) -> list[Exchange]:
    rows = []
    for given in sorted(path.glob("*.in")):
        expected = next(
            (p for s in (".out", ".ans") if (p := given.with_suffix(s)).is_file()), None
        )
        if expected is None:
            raise BadInput(f"{given} has no {given.stem}.out (or .ans) beside it")
        rows.append(Exchange(read_text(given), read_text(expected)))
    return rows


def _pairs(path: Path) -> list[_Pair]:
    text = read_text(path)
    try:
        if text.lstrip().startswith("["):
            return TypeAdapter(list[_Pair]).validate_json(text)
        return [_Pair.model_validate(json.loads(line)) for line in text.split("\n") if line.strip()]
    except (ValidationError, ValueError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise BadInput(
            f'{path}: {reason}. It must be lines of {{"input": "…", "output": "…"}}'
        ) from None


def _python(path: Path, program: str, asked: Asked, text: str) -> CodeTests:
    assert asked.tests is not None
    tree = _parse(text, asked.tests)
    defined, classes = _defined(program)
    text = _without_imports(tree, text, path.stem, {*defined, *classes})
    check = asked.check or ("check" if _takes_one(tree, "check") else "")
    if check and not _takes_one(tree, check):
        raise BadInput(f"{asked.tests} has no function {check}(candidate) that takes one argument")
    if check:
        called, text = _last_call(tree, text, check)
        entry = asked.entry or called or _only(path, defined)
    else:
        entry = asked.entry or _most_called(tree, defined) or _only(path, defined)
        text += _calls_of_tests(tree, asked.tests, path)
    return CodeTests(entry, text, check=check)


def _parse(text: str, path: Path) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise BadInput(f"{path}{f', line {line}' if line else ''}: not Python ({error})") from None


def _without_imports(tree: ast.Module, text: str, module: str, defined: set[str]) -> str:
    """The program is no module there: what the tests import from it is at hand by its name."""
    lines = text.split("\n")
    for node in tree.body:
        if isinstance(node, ast.Import) and any(alias.name == module for alias in node.names):
            raise BadInput(f"write `from {module} import …` in the tests, not `import {module}`")
        if not isinstance(node, ast.ImportFrom) or not _is_the_program(node, module, defined):
            continue
        if any(alias.asname for alias in node.names):
            raise BadInput(f"import the functions of {node.module} by their own names")
        assert node.end_lineno is not None
        blank = [""] * (node.end_lineno - node.lineno)
        lines[node.lineno - 1 : node.end_lineno] = ["pass", *blank]
    return "\n".join(lines)


def _is_the_program(node: ast.ImportFrom, module: str, defined: set[str]) -> bool:
    """By its file's name; or under another one, as when a test has many programs to judge."""
    name = node.module or ""
    if name.split(".")[-1] == module or node.level:
        return True
    known = name.split(".")[0] in sys.stdlib_module_names
    return not known and all(alias.name in defined for alias in node.names)


def _takes_one(tree: ast.Module, name: str) -> bool:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            given = node.args
            required = len(given.posonlyargs) + len(given.args) - len(given.defaults)
            return required == 1
    return False


def _defined(program: str) -> tuple[list[str], set[str]]:
    """Public functions, and classes. A program that does not parse is the judge's to reject."""
    try:
        body = ast.parse(program).body
    except (SyntaxError, ValueError, RecursionError):
        return [], set()
    functions = [n.name for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    public = [name for name in functions if not name.startswith("_")]
    return list(dict.fromkeys(public)), {n.name for n in body if isinstance(n, ast.ClassDef)}


def _last_call(tree: ast.Module, text: str, check: str) -> tuple[str, str]:
    """HumanEval's tests may end with check(NAME): the name, and the text without it."""
    match tree.body[-1] if tree.body else None:
        case ast.Expr(ast.Call(ast.Name(called), [ast.Name(entry)], [])) as last if called == check:
            return entry, "\n".join(text.split("\n")[: last.lineno - 1]) + "\n"
    return "", text


def _only(path: Path, defined: list[str]) -> str:
    if len(defined) == 1:
        return defined[0]
    have = f"it has {', '.join(defined[:8])}" if defined else "no function of it is known"
    raise BadInput(f"which function of {path} is tested? {have}; name one with --entry")


def _most_called(tree: ast.Module, defined: list[str]) -> str:
    called = Counter(
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    known = [name for name in defined if called[name]]
    return max(known, key=lambda name: called[name], default="")


def _calls_of_tests(tree: ast.Module, tests: Path, path: Path) -> str:
    """pytest's functions are called one after the other; what needs pytest itself is refused."""
    calls = []
    asserts = any(isinstance(node, ast.Assert) for node in tree.body)
    for node in _tests(tree.body):
        given = node.args
        if given.args or given.posonlyargs or given.kwonlyargs or node.decorator_list:
            raise BadInput(
                f"{tests}: {node.name} needs pytest's arguments or decorators; "
                f"`synthd verify {path} --tests {tests}` knows them"
            )
        calls.append(f"{node.name}()")
    if not calls and not asserts:
        raise BadInput(
            f"{tests} has neither asserts nor test_… functions nor check(candidate); "
            "--check names a function that gets the program's function"
        )
    return "\n" + "\n".join(calls) + "\n"


def _tests(body: Iterable[ast.stmt]) -> list[ast.FunctionDef]:
    return [n for n in body if isinstance(n, ast.FunctionDef) and n.name.startswith("test")]
