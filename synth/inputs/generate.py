"""Calls to try programs on: like the examples, and of the parameters' types. Small ones first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from random import Random
from typing import Any

from synthd.synth.inputs.annotations import Unknown, draw
from synthd.synth.inputs.calls import Call, example_calls, name_of
from synthd.synth.inputs.mutations import any_of, mutants
from synthd.synth.inputs.signature import definition, positional
from synthd.synth.problem import Problem
from synthd.synth.streams import stream

LONGEST_CALL = 300
LARGEST = 12  # size of what is drawn by type: numbers up to it, and some multiples
# Draws by type for each call that is wanted: many give what there is already.
DRAWS = 3


def generate(
    problem: Problem, number: int, seed: int = 0, *, largest: int = LARGEST
) -> tuple[str, ...]:
    """At most `number` calls that are none of the examples', shortest first.

    A third are the shortest there are, the others are spread over the longer ones. Deterministic.
    """
    random = stream(seed, problem.id, "inputs")
    examples = example_calls(problem)
    known = {call.text for call in examples}
    made = chain(
        _near(examples, random), _typed(problem, examples, number * DRAWS, largest, random)
    )
    pool = {text for text in made if len(text) <= LONGEST_CALL} - known
    ordered = sorted(pool, key=lambda text: (len(text), text))
    if len(ordered) <= number:
        return tuple(ordered)
    shortest = (number + 2) // 3
    further = random.sample(ordered[shortest:], number - shortest)
    return tuple(sorted([*ordered[:shortest], *further], key=lambda text: (len(text), text)))


def _near(examples: list[Call], random: Random) -> Iterator[str]:
    """One argument changed, then two, then all."""
    for call in examples:
        held = [_Argument(node) for node in call.arguments]
        texts = [each.text for each in held]
        for place, each in enumerate(held):
            for mutant in each.mutants(random):
                changed = [*texts[:place], mutant, *texts[place + 1 :]]
                yield call.with_arguments(changed)
                yield call.with_arguments(
                    [
                        text if at == place else held[at].any(random)
                        for at, text in enumerate(changed)
                    ]
                )


def _typed(
    problem: Problem, examples: list[Call], draws: int, largest: int, random: Random
) -> Iterator[str]:
    """By the annotations; a parameter without one takes after the examples' arguments."""
    kinds = _annotations(problem)
    patterns = [call for call in examples if len(call.inner.args) == len(call.arguments)]
    if kinds is None or not (patterns or ("." not in problem.entry_point and all(kinds))):
        return
    bare = _bare(name_of(problem), len(kinds))
    for turn in range(draws):
        pattern = patterns[turn % len(patterns)] if patterns else bare
        held = [_Argument(node) for node in pattern.arguments]
        size = 1 + turn // max(1, len(held))
        try:
            yield pattern.with_arguments(
                [
                    _text(draw(kinds[place], random, min(size, largest)))
                    if place < len(kinds) and kinds[place] is not None
                    else argument.any(random)
                    for place, argument in enumerate(held)
                ]
            )
        except Unknown:
            kinds = [kind if _known(kind) else None for kind in kinds]
            if not patterns:
                return


class _Argument:
    """An example's argument: a value that can be changed, or source that is left alone."""

    def __init__(self, node: ast.expr) -> None:
        self.text = ast.unparse(node)
        try:
            self._value, self._literal = ast.literal_eval(node), True
        except (ValueError, TypeError, SyntaxError, RecursionError):
            self._value, self._literal = None, False

    def mutants(self, random: Random) -> Iterator[str]:
        if self._literal:
            yield from map(_text, mutants(self._value, random))

    def any(self, random: Random) -> str:
        return _text(any_of(self._value, random)) if self._literal else self.text


def _text(value: Any) -> str:
    """repr, which for floats may be no expression."""
    text = repr(value)
    return text.replace("inf", "float('inf')") if text in ("inf", "-inf") else text


def _known(kind: ast.expr | None) -> bool:
    try:
        draw(kind, Random(0), 3)
    except Unknown:
        return False
    return True


def _bare(name: str, arity: int) -> Call:
    call = ast.parse(f"{name}({', '.join(['0'] * arity)})", mode="eval").body
    assert isinstance(call, ast.Call)
    return Call(call, call)


def _annotations(problem: Problem) -> list[ast.expr | None] | None:
    """Of the positional parameters that callers give, in order; None without a signature."""
    node = definition(problem)
    if node is None:
        return None
    return [each.annotation for each in positional(node, method="." in problem.entry_point)]
