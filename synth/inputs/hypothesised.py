"""Calls whose arguments Hypothesis draws: by the parameters' types, or by the examples' values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from synthd.synth.inputs.annotations import Unknown
from synthd.synth.inputs.arguments import Argument, bare, parameters, written
from synthd.synth.inputs.calls import Call
from synthd.synth.inputs.drawing import drawn
from synthd.synth.inputs.kinds import Kinds, Seen, Values
from synthd.synth.problem import Problem

# A parameter by its place, or by its name where only calls know of it.
Key = int | str


def hypothesised(
    problem: Problem, examples: Sequence[Call], number: int, drawing: int
) -> Iterator[str]:
    """`number` calls or fewer, some more than once. drawing: the seed that decides them."""
    known = parameters(problem) or []
    plain = "." not in problem.entry_point and all(each.annotation for each in known)
    patterns = list(examples) or ([bare(problem, len(known))] if known and plain else [])
    patterns = [call for call in patterns if call.arguments]
    # One call of each form: `f(1, 2)`, `f(1, y=2)`, `sorted(f(1, 2))`.
    forms = {call.with_arguments(["_"] * len(call.arguments)): call for call in patterns}
    names = [each.arg for each in known]
    held: defaultdict[Key, list[Argument]] = defaultdict(list)
    for call in examples:
        for key, node in zip(_keys(call, names), call.arguments, strict=True):
            held[key].append(Argument(node))
    seen = Seen()
    for argument in (each for several in held.values() for each in several if each.literal):
        seen.add(argument.value)
    kinds = Kinds(seen)
    annotated = dict(enumerate(each.annotation for each in known))

    def texts(key: Key) -> Values:
        """What stands at this place, as source text."""
        literal = [each.value for each in held[key] if each.literal]
        kept = [each.text for each in held[key] if not each.literal]
        try:
            values = kinds.of_annotation(annotated.get(key) if isinstance(key, int) else None)
        except Unknown:
            if kept and not literal:
                return st.sampled_from(kept)
            values = kinds.of_values(literal)
        return values.map(written)

    try:
        strategies = [
            st.tuples(st.just(call), st.tuples(*map(texts, _keys(call, names))))
            for call in forms.values()
        ]
    except Unknown:
        return
    if strategies:
        for call, arguments in drawn(st.one_of(*strategies), number, drawing):
            yield call.with_arguments(arguments)


def _keys(call: Call, names: Sequence[str]) -> list[Key]:
    """Of the call's arguments."""
    words = [word.arg or "" for word in call.inner.keywords]
    return [
        *range(len(call.inner.args)),
        *(names.index(word) if word in names else word for word in words),
    ]
