"""A notebook as one text: a function, and before it what the cells define.

Only text is read, and only what defines something is taken: functions, classes, constants, and the
imports that these need. What a cell does besides, such as synthesizing, is left out.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Sequence

_LONGEST = 2000  # characters of a constant: tables of data are no context
_WORD = re.compile(r"[^\W\d]\w*")


def ran() -> list[str]:
    """The cells that ran in this notebook, in order; [] elsewhere."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return []
    return [text for text in shell.user_ns.get("In", []) if isinstance(text, str)]


def text(cell: str, name: str, earlier: Sequence[str]) -> str:
    """cell: where the function (or its class) stands; it is taken over as it is."""
    plain = without_magics(cell)
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError):
        return plain
    top = name.partition(".")[0]
    own = [node for node in tree.body if _defines(node) == top]
    if not own:
        return plain
    decorators: list[ast.expr] = getattr(own[-1], "decorator_list", [])
    first = min([own[-1].lineno, *(one.lineno for one in decorators)])
    rows = "\n".join(plain.split("\n")[first - 1 : own[-1].end_lineno])
    return f"{definitions([*earlier, cell], top, rows)}{rows}\n"


def definitions(cells: Iterable[str], name: str, needing: str) -> str:
    """Without those of `name`, which is `needing`. The last one of each other name counts."""
    found: dict[str, str] = {}
    imports: dict[str, str] = {}
    for cell in cells:
        try:
            tree = ast.parse(without_magics(cell))
        except (SyntaxError, ValueError):
            continue
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports |= {each: ast.unparse(node) for each in _bound(node)}
            elif (key := _defines(node)) and key != name:
                found.pop(key, None)  # it may use what was defined meanwhile
                found[key] = ast.unparse(node)
    words = set(_WORD.findall("\n".join([needing, *found.values()])))
    needed = dict.fromkeys(text for each, text in imports.items() if each in words)
    return "".join(f"{each}\n" for each in [*needed, *found.values()])


def without_magics(text: str) -> str:
    """%time and !ls are no Python; each line keeps its place."""
    rows = text.split("\n")
    return "\n".join(f"# {row}" if re.match(r"\s*[%!]", row) else row for row in rows)


def _bound(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.asname or alias.name.partition(".")[0] for alias in node.names]


def _defines(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name if _is_constant(value) else ""
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return name if _is_constant(value) else ""
    return ""


def _is_constant(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return len(ast.unparse(value)) <= _LONGEST
