"""A C++ program and a test main with asserts, made into one translation unit that counts."""

from __future__ import annotations

import json
import re

from synthd.sandbox.native.cpp_prelude import PRELUDE
from synthd.sandbox.native.instrumented import Instrumented, Secrets
from synthd.sandbox.native.lexer import (
    Token,
    after,
    before,
    closing,
    comparison,
    is_mark,
    source,
    tokens,
)
from synthd.sandbox.programs import Language

# Usual macros of the C library stay, unless the program redefines them.
_MACROS = {
    "NULL": "__null",
    "INT_MAX": "__INT_MAX__",
    "INT_MIN": "(-__INT_MAX__ - 1)",
    "LONG_MAX": "__LONG_MAX__",
    "LONG_MIN": "(-__LONG_MAX__ - 1L)",
    "LLONG_MAX": "__LONG_LONG_MAX__",
    "LLONG_MIN": "(-__LONG_LONG_MAX__ - 1LL)",
    "UINT_MAX": "(__INT_MAX__ * 2U + 1U)",
    "DBL_MAX": "__DBL_MAX__",
    "DBL_MIN": "__DBL_MIN__",
    "DBL_EPSILON": "__DBL_EPSILON__",
    "FLT_MAX": "__FLT_MAX__",
    "INFINITY": "__builtin_inff()",
    "NAN": '__builtin_nanf("")',
    "M_PI": "3.14159265358979323846",
    "M_E": "2.7182818284590452354",
    "RAND_MAX": "2147483647",
    "EOF": "(-1)",
}
# What the tests mean by these is the standard library's, whatever else the program calls so.
_STANDARD = {
    **{name: name for name in "vector string map set list deque array optional tuple".split()},
    "unordered_map": "unordered_map",
    "unordered_set": "unordered_set",
    "multiset": "set",
    "pair": "utility",
    "make_pair": "utility",
    "make_tuple": "tuple",
    "abs": "cmath",
    "fabs": "cmath",
    "to_string": "string",
}
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"][^\n]*)$", re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(?:undef|define)[ \t]+(?:NDEBUG|assert)\b[^\n]*$", re.M)
# Neither may be undefined, or they are the library's way to say something that is no macro here.
_KEPT = frozenset(
    "defined __func__ errno stdin stdout stderr and or not xor bitand bitor compl and_eq or_eq"
    " xor_eq not_eq".split()
)


def instrument(program: str, tests: str) -> Instrumented:
    made = Secrets()
    includes = [name for name in _INCLUDE.findall(tests) if "assert" not in name]
    text = _DIRECTIVE.sub("", _INCLUDE.sub("", tests))
    parts = tokens(text, Language.CPP)
    checks: list[str] = []
    body = _asserts(_qualified(_main(parts, made.name), made.name), made.name, checks)
    names = sorted({part.text for part in parts if part.kind == "name"})
    standard = [name for name in names if name in _STANDARD]
    includes += [f"<{_STANDARD[name]}>" for name in standard]
    prelude = PRELUDE.replace("@NAME@", made.name)
    for mark, value in (
        ("@FIRST@", f"{made.first}ULL"),
        ("@SECOND@", f"{made.second}ULL"),
        ("@CHANNEL@", str(made.channel)),
        ("@CHECKS@", str(max(1, len(checks)))),
        ("@USING@", "\n".join(f"using std::{name};" for name in standard)),
        ("@OWN@", ", ".join(json.dumps(name) for name in names if name[:1].isupper()) or '""'),
    ):
        prelude = prelude.replace(mark, value)
    pieces = [program, "\n;\n", _unmacro(names, prelude)]
    pieces += [f"#include {name}\n" for name in includes]
    before_tests, _, after_tests = prelude.partition("@TESTS@")
    return Instrumented("".join([*pieces, before_tests, body, after_tests]), tuple(checks), made)


def _unmacro(names: list[str], prelude: str) -> str:
    """No macro of the program's reaches the tests or what counts them."""
    ours = {part.text for part in tokens(prelude, Language.CPP) if part.kind == "name"}
    lines = ['#pragma GCC diagnostic ignored "-Wbuiltin-macro-redefined"']
    for name in sorted({*names, *ours, "assert"} - _KEPT):
        if name.startswith("__") and name.endswith("__"):
            continue  # the compiler's own
        lines.append(f"#undef {name}")
        if name in _MACROS:
            lines.append(f"#define {name} {_MACROS[name]}")
    return "\n".join([*lines, ""])


def _main(parts: list[Token], name: str) -> list[Token]:
    """A function of another name, which returns at its end as main does."""
    found = list(parts)
    for place, token in enumerate(parts):
        if token.text == "main" and token.depth == 0 and is_mark(parts, after(parts, place), "("):
            found[place] = Token("name", f"{name}_main")
            start = after(parts, closing(parts, after(parts, place)))
            if is_mark(parts, start, "{"):
                end = closing(parts, start)
                found[end:end] = [Token("name", " return 0; ", 1)]
            break
    return found


def _qualified(parts: list[Token], name: str) -> list[Token]:
    """The tests' own helpers are called by their full names: no overload for a type of the
    program's is found through its arguments."""
    helpers = set()
    for place, token in enumerate(parts):
        if token.kind == "name" and token.depth == 0 and is_mark(parts, after(parts, place), "("):
            end = closing(parts, after(parts, place))
            if is_mark(parts, after(parts, end), "{") and token.text != f"{name}_main":
                helpers.add(token.text)
    found = list(parts)
    for place, token in enumerate(parts):
        if token.kind != "name" or token.text not in helpers or token.depth == 0:
            continue
        previous = before(parts, place)
        called = is_mark(parts, after(parts, place), "(")
        if called and previous is not None and previous.text not in (".", "->", "::"):
            found[place] = Token("name", f" ::{name}::{token.text}", token.depth)
    return found


def _asserts(parts: list[Token], name: str, checks: list[str]) -> str:
    written: list[str] = []
    place = 0
    while place < len(parts):
        token = parts[place]
        opening = after(parts, place)
        if token.kind == "name" and token.text == "assert" and is_mark(parts, opening, "("):
            end = closing(parts, opening)
            written.append(_check(parts[opening + 1 : end], name, len(checks)))
            checks.append(" ".join(source(parts[opening + 1 : end]).split()))
            checks[-1] = checks[-1].replace(f"::{name}::", "")
            place = end + 1
            continue
        written.append(token.text)
        place += 1
    return "".join(written)


def _check(expression: list[Token], name: str, number: int) -> str:
    flat = [
        part if part.kind != "blank" else Token("blank", " ", part.depth) for part in expression
    ]
    found = comparison(flat)
    if found is None or "NULL" in (found.left, found.right) or "nullptr" in found.right:
        return f"::{name}::judge({number}, static_cast<bool>({source(flat)}))"
    kinds = {"==": "Equal", "!=": "Unequal", "<": "Less", ">": "More", "<=": "Most", ">=": "Least"}
    kind = f"::{name}::{kinds[found.operator]}"
    return f"::{name}::judge<{kind}>({number}, ({found.left}), ({found.right}))"
