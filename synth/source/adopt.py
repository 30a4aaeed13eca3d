"""Turn a program, as a model wrote it, into the body of the function that was asked for.

The file's signature, decorators and docstring stay; imports, helpers and constants that the program
has outside the function move inside; tests and prints go. Text is moved, never regenerated.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from synthd.synth.source import helpers, python
from synthd.synth.source.errors import NotAdoptable
from synthd.synth.source.function import Kind, Target
from synthd.synth.source.layout import reindent
from synthd.synth.source.names import module
from synthd.synth.source.parameters import arguments, mapping
from synthd.synth.source.plausible import Found, function_of
from synthd.synth.source.program import (
    Function,
    Program,
    body_lines,
    first_line,
    is_stub,
    own,
    program,
    statements,
)
from synthd.synth.source.rename import rename
from synthd.synth.source.scope import Scope, free, inside
from synthd.synth.source.text import SourceText


@dataclass(frozen=True, slots=True)
class Adopted:
    """body stands at column 0 with "\\n" line ends and four spaces for each level."""

    body: str
    note: str = ""
    renamed_from: str | None = None


def adopt(target: Target, source: SourceText, text: str) -> Adopted:
    """The program's text as the body of the target, a function of source. Raises NotAdoptable."""
    try:
        return _adopt(target, program(text), module(source))
    except python.Unparsable as error:
        raise NotAdoptable(f"SyntaxError: {error}") from None
    except RecursionError:
        raise NotAdoptable("the program is nested too deeply") from None


def _adopt(target: Target, given: Program, file: ast.Module) -> Adopted:
    siblings = frozenset(
        node.name for node in file.body if isinstance(node, Function | ast.ClassDef)
    ) - {target.name}
    bare = given.returns()
    found = None if bare and not _defines(given, target) else function_of(given, target, siblings)
    renamed = None
    if found is not None:
        renamed = found.function.name if found.function.name != target.name else None
        given, found = _renamed(target, given, found, siblings)
        body = _from_function(target, given, found, file)
    elif (lambda_ := _lambda(given, target)) is not None:
        body = _from_lambda(target, given, lambda_, file)
    else:
        body = _bare(target, given)
    body = body.strip("\n")
    _check(target, body)
    notes = ["truncated"] if given.truncated else []
    notes += [f"the program called it {renamed}"] if renamed else []
    return Adopted(body, "; ".join(notes), renamed)


def _defines(given: Program, target: Target) -> bool:
    return any(f.name == target.name for f in given.functions())


def _renamed(
    target: Target, given: Program, found: Found, siblings: frozenset[str]
) -> tuple[Program, Found]:
    """Make recursive calls say what they must say in the file."""
    old = found.function.name
    arguments = found.function.args
    own_parameters = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    receiver = own_parameters[0] if found.owner is not None and own_parameters else None
    new = target.name
    if target.classes and found.owner is None:
        new = f"{_receiver(target)}.{target.name}"
    elif target.classes:
        if old == target.name:
            return given, found
        new = target.name
    elif old == target.name:
        return given, found
    code = rename(given.code, old, new, receiver)
    tree = python.parse(code)
    again = Program(code, tree, given.truncated)
    found = next(f for f in _all_functions(again) if f.function.lineno == found.function.lineno)
    return again, found


def _receiver(target: Target) -> str:
    return target.receiver or target.classes[-1]


def _all_functions(given: Program) -> list[Found]:
    found = [Found(f) for f in given.functions()]
    for node in ast.walk(given.tree):
        if isinstance(node, ast.ClassDef):
            found += [Found(f, node) for f in node.body if isinstance(f, Function)]
    return found


def _from_function(target: Target, given: Program, found: Found, file: ast.Module) -> str:
    function = found.function
    if is_stub(function.body):
        raise NotAdoptable("the program is a stub")
    holder: ast.stmt = function
    if found.owner is not None:
        holder = next(
            n for n in given.tree.body if found.owner in ast.walk(n) and isinstance(n, ast.stmt)
        )
        if not target.classes and _uses_instance(function):
            return _through_class(target, given, found, file)
    if not target.is_async and isinstance(function, ast.AsyncFunctionDef):
        _refuse_await(function)
    if found.owner is None and (cache := _caches(function)) and not _caches_already(target, cache):
        if not target.classes and not any(
            isinstance(n, ast.Yield | ast.YieldFrom) for n in own(function)
        ):
            return _kept_whole(target, given, function, file)
    before = _around(target, given, function, holder, file)
    first = mapping(target, function, given.code, found.owner is not None)
    return _join(first, before, _level(body_lines(given, function)))


def _around(
    target: Target, given: Program, function: Scope, holder: ast.stmt, file: ast.Module
) -> str:
    need = helpers.Need(frozenset(inside(function)), (function,), target.name, holder)
    return _level(helpers.needed(given, need, file))


def _join(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _level(code: str) -> str:
    return reindent(code, "    ")


def _uses_instance(function: Function) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args]
    if not arguments:
        return False
    names = [n.id for n in ast.walk(function) if isinstance(n, ast.Name)]
    return arguments[0].arg in ("self", "cls") and arguments[0].arg in names


def _through_class(target: Target, given: Program, found: Found, file: ast.Module) -> str:
    """A plain function was asked for and came as a method that needs its object."""
    assert found.owner is not None
    owner = found.owner
    need = helpers.Need(frozenset({owner.name}), (owner,), "", None)
    call = f"return {owner.name}().{target.name}({arguments(target)})"
    return _join(_level(helpers.needed(given, need, file)), call)


def _caches(function: Function) -> list[ast.expr]:
    return [
        d
        for d in function.decorator_list
        if any(
            getattr(n, "id", getattr(n, "attr", "")) in ("lru_cache", "cache") for n in ast.walk(d)
        )
    ]


def _caches_already(target: Target, caches: list[ast.expr]) -> bool:
    return any("cache" in decorator for decorator in target.decorators)


def _kept_whole(target: Target, given: Program, function: Function, file: ast.Module) -> str:
    """A recursion that relies on its cache keeps it, as a function inside the function."""
    need = helpers.Need(frozenset(free(function)), (function,), target.name, function)
    before = _level(helpers.needed(given, need, file))
    rows = given.lines[first_line(function) - 1 : function.end_lineno]
    call = f"return {target.name}({arguments(target)})"
    return _join(before, _level("\n".join(rows)), call)


def _refuse_await(function: Function) -> None:
    for node in own(function):
        comprehension = isinstance(node, ast.comprehension) and node.is_async
        if comprehension or isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            raise NotAdoptable("it awaits, and the function is not async")


def _lambda(given: Program, target: Target) -> tuple[ast.Assign, ast.Lambda] | None:
    for node in reversed(given.tree.body):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            if any(isinstance(t, ast.Name) and t.id == target.name for t in node.targets):
                return node, node.value
    return None


def _from_lambda(
    target: Target, given: Program, found: tuple[ast.Assign, ast.Lambda], file: ast.Module
) -> str:
    holder, value = found
    before = _around(target, given, value, holder, file)
    stand_in = ast.FunctionDef(target.name, value.args, [], [])
    first = mapping(target, stand_in, given.code, False)
    text = ast.get_source_segment(given.code, value.body) or ""
    return _join(first, before, f"return ({text})" if "\n" in text else f"return {text}")


def _bare(target: Target, given: Program) -> str:
    """Statements alone: a body, unless they only define or try things."""
    rest = statements(given.tree.body)
    if not rest or is_stub(given.tree.body):
        raise NotAdoptable("the program is a stub")
    names = {n.id for n in ast.walk(given.tree) if isinstance(n, ast.Name)}
    calls_itself = target.name in names and not given.returns()
    if not given.returns() and (calls_itself or not names & set(target.parameters)):
        raise NotAdoptable(f"the program does not define {target.name}")
    if given.truncated and not any(isinstance(n, ast.Return) for n in rest[-1:]):
        raise NotAdoptable("the program was cut off before its end")
    start = first_line(rest[0])
    code = given.code if len(rest) == len(given.tree.body) else "\n".join(given.lines[start - 1 :])
    return "\n".join(
        row for row in _level(code).split("\n") if not row.startswith("from __future__ ")
    )


def _check(target: Target, body: str) -> None:
    """It must stand under the signature, also for the compiler, and do something."""
    keyword = "async def" if target.is_async else "def"
    shell = f"{keyword} {target.name}({', '.join(target.parameters)}):\n{reindent(body, ' ', ' ')}"
    if target.classes and target.kind is not Kind.FUNCTION:
        rows = reindent(shell, " ", " ")
        shell = f"class {target.classes[-1]}:\n{rows}"
    python.check(shell + "\n")
    if is_stub(python.parse(body).body):
        raise NotAdoptable("the program is a stub")
