"""Calls to try programs on: like the examples, and of the parameters' types. Small ones first."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import chain
from random import Random
from typing import Literal

from synthd.synth.inputs.annotations import Unknown, draw
from synthd.synth.inputs.arguments import Argument, bare, parameters, written
from synthd.synth.inputs.calls import Call, example_calls
from synthd.synth.problem import Problem
from synthd.synth.streams import stream

Generator = Literal["own", "hypothesis", "both"]

LONGEST_CALL = 300
LARGEST = 12  # size of what is drawn by type: numbers up to it, and some multiples
# Draws by type for each call that is wanted: many give what there is already.
DRAWS = 3


def generate(
    problem: Problem,
    number: int,
    seed: int = 0,
    *,
    largest: int = LARGEST,
    generator: Generator = "own",
) -> tuple[str, ...]:
    """At most `number` calls that are none of the examples', shortest first.

    Of each generator a third are the shortest there are, the others are spread over the longer
    ones. Where one of two makes fewer than its half, the other makes more. Deterministic.
    """
    examples = example_calls(problem)
    found: dict[str, None] = {}

    def add(made: Callable[[int, Random], Iterable[str]], most: int, *names: str) -> None:
        wanted = min(most, number - len(found))
        random = stream(seed, problem.id, *names)
        known = {call.text for call in examples} | set(found)
        found.update(dict.fromkeys(_chosen(made(wanted, random), wanted, known, random)))

    def own(wanted: int, random: Random) -> Iterator[str]:
        draws = wanted * DRAWS
        return chain(_near(examples, random), _typed(problem, examples, draws, largest, random))

    def hypothesised(wanted: int, random: Random) -> Iterator[str]:
        from synthd.synth.inputs.hypothesised import hypothesised

        return hypothesised(problem, examples, wanted * DRAWS, random.getrandbits(32))

    if generator != "hypothesis":
        add(own, number if generator == "own" else number - number // 2, "inputs")
    if generator != "own":
        add(hypothesised, number, "inputs", "hypothesis")
    if generator == "both":
        add(own, number, "inputs", "more")
    return _ordered(found)


def _chosen(made: Iterable[str], number: int, known: AbstractSet[str], random: Random) -> list[str]:
    pool = {text for text in made if len(text) <= LONGEST_CALL} - known
    ordered = _ordered(pool)
    if len(ordered) <= number:
        return list(ordered)
    shortest = (number + 2) // 3
    return [*ordered[:shortest], *random.sample(ordered[shortest:], number - shortest)]


def _ordered(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(texts, key=lambda text: (len(text), text)))


def _near(examples: list[Call], random: Random) -> Iterator[str]:
    """One argument changed, then two, then all."""
    for call in examples:
        held = [Argument(node) for node in call.arguments]
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
    known = parameters(problem)
    kinds = None if known is None else [each.annotation for each in known]
    patterns = [call for call in examples if len(call.inner.args) == len(call.arguments)]
    if kinds is None or not (patterns or ("." not in problem.entry_point and all(kinds))):
        return
    empty = bare(problem, len(kinds))
    for turn in range(draws):
        pattern = patterns[turn % len(patterns)] if patterns else empty
        held = [Argument(node) for node in pattern.arguments]
        size = 1 + turn // max(1, len(held))
        try:
            yield pattern.with_arguments(
                [
                    written(draw(kinds[place], random, min(size, largest)))
                    if place < len(kinds) and kinds[place] is not None
                    else argument.any(random)
                    for place, argument in enumerate(held)
                ]
            )
        except Unknown:
            kinds = [kind if _known(kind) else None for kind in kinds]
            if not patterns:
                return


def _known(kind: ast.expr | None) -> bool:
    try:
        draw(kind, Random(0), 3)
    except Unknown:
        return False
    return True
