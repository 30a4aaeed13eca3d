"""A Rust program and its tests, made into one crate with a main of ours that counts.

The program is a module of its own: its macros, its main and its crate attributes stay in there.
The tests name the standard library's macros by full path, and asserts become calls of ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from synthd.sandbox.native.instrumented import Instrumented, Secrets
from synthd.sandbox.native.lexer import (
    Token,
    after,
    arguments,
    before,
    closing,
    comparison,
    is_mark,
    source,
    tokens,
)
from synthd.sandbox.native.rust_prelude import PRELUDE
from synthd.sandbox.programs import Language

_STANDARD = frozenset(
    "vec format print println eprint eprintln panic matches unreachable todo write writeln"
    " unimplemented concat stringify line column file".split()
)
# A type of the program's with one of these names is no type that the tests mean.
_PRELUDE_TYPES = frozenset(
    "Vec String Option Some None Result Ok Err Box Rc Arc HashMap HashSet BTreeMap BTreeSet"
    " VecDeque BinaryHeap Self Iterator".split()
)
_ASSERTS = frozenset(
    ("assert", "assert_eq", "assert_ne", "debug_assert", "debug_assert_eq", "debug_assert_ne")
)


@dataclass(frozen=True, slots=True)
class _Test:
    path: str
    panics: bool


def instrument(program: str, tests: str) -> Instrumented:
    made = Secrets()
    checks: list[str] = []
    parts = tokens(tests, Language.RUST)
    body, found = _tests(parts, made.name, checks)
    calls = "".join(
        f"crate::{made.name}::test({json.dumps(test.path)}, {str(test.panics).lower()}, "
        f"|| crate::{made.name}::Over::fine(self::{test.path}()));\n"
        for test in found
    )
    own = sorted({part.text for part in parts if part.text[:1].isupper()} - _PRELUDE_TYPES)
    prelude = PRELUDE
    for mark, value in (
        ("@NAME@", made.name),
        ("@FIRST@", str(made.first)),
        ("@SECOND@", str(made.second)),
        ("@CHANNEL@", str(made.channel)),
        ("@CHECKS@", str(max(1, len(checks)))),
        ("@OWN@", ", ".join(json.dumps(name) for name in own if name.isidentifier())),
    ):
        prelude = prelude.replace(mark, value)
    text = (
        f"#![allow(warnings)] mod {made.name}_program {{{_rooted(program, made.name)}\n\n{body}\n"
        f"pub fn {made.name}_run() {{\n{calls}}}\n}}\n{prelude}"
    )
    return Instrumented(text, tuple(checks), made)


def _rooted(program: str, name: str) -> str:
    """`crate::` in the program means its own module."""
    if "crate" not in program:
        return program
    parts = tokens(program, Language.RUST)
    written = []
    for place, token in enumerate(parts):
        written.append(token.text)
        if token.kind == "name" and token.text == "crate" and is_mark(parts, place + 1, "::"):
            written.append(f"::{name}_program")
    return "".join(written)


def _tests(parts: list[Token], name: str, checks: list[str]) -> tuple[str, list[_Test]]:
    written: list[str] = []
    found: list[_Test] = []
    modules: list[tuple[str, int]] = []  # those around, each with where it ends
    marked = panics = False
    place = 0
    while place < len(parts):
        token = parts[place]
        while modules and place >= modules[-1][1]:
            modules.pop()
        attribute = _attribute(parts, place)
        if attribute in ("test", "cfg(test)") or attribute.startswith("should_panic"):
            marked = marked or attribute == "test"
            panics = panics or attribute.startswith("should_panic")
            place = closing(parts, after(parts, place)) + 1
            continue
        if token.text == "mod" and is_mark(parts, after(parts, after(parts, place)), "{"):
            opening = after(parts, after(parts, place))
            modules.append((parts[after(parts, place)].text, closing(parts, opening)))
            written.append(_public(parts, place))
        elif token.text == "fn" and marked:
            path = [module for module, _ in modules] + [parts[after(parts, place)].text]
            found.append(_Test("::".join(path), panics))
            marked = panics = False
            written.append(_public(parts, place))
        elif token.kind == "name" and is_mark(parts, after(parts, place), "!"):
            text, place = _macro(parts, place, name, checks)
            written.append(text)
            continue
        else:
            written.append(token.text)
        place += 1
    return "".join(written), found


def _attribute(parts: list[Token], place: int) -> str:
    opening = after(parts, place)
    if not is_mark(parts, place, "#") or not is_mark(parts, opening, "["):
        return ""
    inner = parts[opening + 1 : closing(parts, opening)]
    return "".join(part.text for part in inner if part.kind != "blank")


def _public(parts: list[Token], place: int) -> str:
    previous = before(parts, place)
    return (
        parts[place].text
        if previous and previous.text in ("pub", ")")
        else (f"pub {parts[place].text}")
    )


def _macro(parts: list[Token], place: int, name: str, checks: list[str]) -> tuple[str, int]:
    """The call from there on, rewritten, and where to go on."""
    macro = parts[place].text
    opening = after(parts, after(parts, place))
    previous = before(parts, place)
    qualified = previous is not None and previous.text == "::"
    if macro in _ASSERTS and opening < len(parts) and parts[opening].text in ("(", "[", "{"):
        end = closing(parts, opening)
        inner = parts[opening + 1 : end]
        if inner and not qualified:
            return _check(macro.removeprefix("debug_"), inner, name, checks), end + 1
    prefix = "::std::" if macro in _STANDARD and not qualified else ""
    return prefix + macro, place + 1


def _check(macro: str, inner: list[Token], name: str, checks: list[str]) -> str:
    given = arguments(inner)
    number = len(checks)
    checks.append(" ".join(f"{macro}!({source(inner)})".split()))
    if macro != "assert" and len(given) >= 2:
        left, right = _inside(given[0], name), _inside(given[1], name)
        operator = "==" if macro == "assert_eq" else "!="
        shown = '::std::format!("{:?}", l), ::std::format!("{:?}", r)'
        return _compare(number, name, left, operator, right, shown)
    found = comparison(given[0])
    if found is not None:
        parts = [_inside(tokens(text, Language.RUST), name) for text in (found.left, found.right)]
        return _compare(number, name, parts[0], found.operator, parts[1], "n(), n()")
    return f"crate::{name}::judge({number}, {_inside(given[0], name)})"


def _compare(number: int, name: str, left: str, operator: str, right: str, shown: str) -> str:
    """As the standard macros do it: both sides live until the comparison is over."""
    holds = "*l == *r" if operator == "==" else f"*l {operator} *r"
    here = f"crate::{name}"
    shown = shown.replace("n()", "::std::string::String::new()")
    return (
        f"match (&({left}), &({right})) {{ (l, r) => {{ let fine: bool = {holds}; "
        f"if !{here}::compare({number}, fine, {here}::kind(l), {here}::kind(r)) "
        f"{{ {here}::failure({number}, {shown}); }} }} }}"
    )


def _inside(parts: list[Token], name: str) -> str:
    """An argument of an assert: its own macros are the standard library's, too."""
    written = []
    place = 0
    while place < len(parts):
        if parts[place].kind == "name" and is_mark(parts, after(parts, place), "!"):
            text, place = _macro(parts, place, name, [])
            written.append(text)
        else:
            written.append(parts[place].text)
            place += 1
    return "".join(written)
