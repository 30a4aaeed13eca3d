"""The calls in a model's answer to a question for inputs."""

from __future__ import annotations

import ast
import re

from synthd.synth.extract import fenced_blocks
from synthd.synth.inputs.calls import calls, name_of
from synthd.synth.problem import Problem

# What stands before a call in a list, and the result that is claimed after it.
_AROUND = re.compile(r"^\s*(?:[-*]|\d+[.)]|>>>)\s+|\s+[-=]>.*$")


def calls_in(text: str, problem: Problem, number: int = 20) -> tuple[str, ...]:
    """At most `number` calls of the entry point, in order, each once.

    From the fenced blocks, else from the lines of the whole answer. What is around a call is not
    kept: models print, and say what they think comes out.
    """
    blocks = [code for code, _ in fenced_blocks(text)] or [text]
    found: dict[str, None] = {}
    for block in blocks:
        for tree in _trees(block):
            found |= dict.fromkeys(
                ast.unparse(call.inner) for call in calls(tree, name_of(problem))
            )
    return tuple(found)[:number]


def _trees(block: str) -> list[ast.AST]:
    """The block as one program, or line by line where it is none."""
    try:
        return [ast.parse(block)]
    except (SyntaxError, ValueError, RecursionError):
        pass
    trees: list[ast.AST] = []
    for line in block.splitlines():
        try:
            trees.append(ast.parse(_AROUND.sub("", line).strip().strip("`")))
        except (SyntaxError, ValueError, RecursionError):
            continue
    return trees
