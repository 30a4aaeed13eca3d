"""All rules over one program, in the order in which a reader would want to hear of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from synthd.synth.rust import compare
from synthd.synth.rust.functions import functions
from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.token import Token
from synthd.synth.verifiers.verus.gate import paper
from synthd.synth.verifiers.verus.gate.attributes import attributes
from synthd.synth.verifiers.verus.gate.body import code_of
from synthd.synth.verifiers.verus.gate.graph import recursive
from synthd.synth.verifiers.verus.gate.invariants import invariants_alone
from synthd.synth.verifiers.verus.gate.items import items
from synthd.synth.verifiers.verus.gate.loops import endless
from synthd.synth.verifiers.verus.gate.macros import macros
from synthd.synth.verifiers.verus.gate.original import Original
from synthd.synth.verifiers.verus.gate.rules import Rule, Rules, Violation
from synthd.synth.verifiers.verus.gate.words import broken, words


def inspect(original: str, changed: str, path: str, rules: Rules) -> tuple[Violation, ...]:
    """What the changed file does that it may not; nothing where it may be given to Verus.

    original: the file as the user has it, with the function at path. Raises a RustSourceError
    where the original has no such function: that is the user's, and no violation.
    """
    return Gate(Original.of(original, path), rules).inspect(changed)


@dataclass(frozen=True, slots=True)
class Gate:
    """The same for many programs: the original is read once."""

    original: Original
    rules: Rules

    def inspect(self, changed: str) -> tuple[Violation, ...]:
        body = self.original.body_in(meaningful(changed))
        if body is None:
            return (self._outside(changed),)
        if self.rules.gate == "paper":
            return paper.inspect(changed, changed[: body[0].start], self.rules.paper)
        found = (*self._inside(changed, body), *self._recursion(changed))
        return (*found, *self._code_changed(changed), *self._more_than_invariants(changed, body))

    def _more_than_invariants(self, changed: str, body: tuple[Token, ...]) -> Iterator[Violation]:
        function, text = self.original.function, self.original.text
        if not self.rules.invariants or function.body is None or function.stub:
            return
        start, end = body[0].start, body[-1].end
        line = changed.count("\n", 0, start) + 1
        yield from invariants_alone(function.body.of(text), changed[start:end], line)

    @property
    def unchecked_termination(self) -> bool:
        """Whether what does not end may be verified."""
        return not self.rules.termination or self.original.endless

    def _outside(self, changed: str) -> Violation:
        path = self.original.function.path
        found = compare.outside(self.original.text, changed, path)
        if found is None:
            message = f"the body of `{path}` must be one block in which all brackets close"
            return Violation(Rule.BROKEN.value, path, self.original.function.line, message)
        message = f"only the body of `{path}` may change: {found}"
        return Violation(Rule.OUTSIDE.value, found.got or found.expected, found.line, message)

    def _inside(self, changed: str, tokens: tuple[Token, ...]) -> Iterator[Violation]:
        original, body = self.original, code_of(tokens, changed)
        yield from broken(body)
        yield from words(body, original.names)
        yield from attributes(body)
        yield from macros(body, original.macros)
        yield from items(body, original.taken)
        yield from endless(body)

    def _recursion(self, changed: str) -> Iterator[Violation]:
        """Only where Verus demands no `decreases`: then a call of itself proves anything."""
        function = self.original.function
        if function.decreases is not None or not self.unchecked_termination:
            return
        if recursive(changed, functions(changed), function.path):
            message = "it calls itself, and nothing shows that this ends: use a loop"
            yield Violation(Rule.ENDLESS.value, function.name, function.line, message)

    def _code_changed(self, changed: str) -> Iterator[Violation]:
        function = self.original.function
        if not self.rules.keep_code or function.body is None or function.stub:
            return
        tokens = compare.erased(changed)
        for one, other in zip_longest(compare.erased(self.original.text), tokens):
            if one is None or other is None or one.text != other.text:
                there = other or tokens[-1]
                wanted = f"`{one.text}`" if one else "nothing"
                message = f"only the proof may change: the code has {wanted} here"
                line = changed.count("\n", 0, there.start) + 1
                yield Violation(Rule.CODE.value, there.text, line, message)
                return
