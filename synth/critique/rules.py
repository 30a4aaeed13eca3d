"""What can be said against a spec without a model: by tokens, and by the papers' own filters.

Only what tokens show counts. AlphaVerus' filters look for substrings, so that a comment with a
word in it is enough; what they would refuse is told, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synthd.synth.rust.function import RustFunction, Span
from synthd.synth.rust.lexer import meaningful
from synthd.synth.verifiers.verus.gate import PaperVariant, Rule, Rules, inspect, paper
from synthd.synth.verifiers.verus.preflight import Preflight, Trouble
from synthd.synth.verifiers.verus.report import VerusReport
from synthd.synth.verifiers.verus.trust import trusts

# What makes a proof one of nothing. The gate's other rules are about what synthd writes itself.
_CHEATS = frozenset({Rule.ASSUME, Rule.AXIOM, Rule.ENDLESS, Rule.SHADOW, Rule.INCLUDE})
_EMPTY = frozenset({"no-ensures", "ensures-true", Trouble.CONTRADICTION.value})
_TRUE = frozenset({"true", "&&&", "&&", ",", "(", ")"})


@dataclass(frozen=True, slots=True)
class Found:
    """counts: it makes the spec faulty by itself. line: 1-based."""

    rule: str
    line: int
    message: str
    counts: bool

    @property
    def admits_all(self) -> bool:
        """Every body keeps such a contract."""
        return self.rule in _EMPTY

    def __str__(self) -> str:
        return f"line {self.line}: {self.message} ({self.rule})"


def static(text: str, function: RustFunction) -> tuple[Found, ...]:
    """What the file shows by itself."""
    return (*_promises(text, function), *_body(text, function), *_trusted(text, function))


def by_papers(text: str, report: VerusReport | None = None) -> tuple[Found, ...]:
    """The filters of AlphaVerus' training as published; report: of the file as it is."""
    found = [*paper.inspect(text, "", PaperVariant.TRAINING)]
    if report is not None:
        found += paper.judge(report, PaperVariant.TRAINING, initial=True)
    return tuple(Found(one.rule, one.line, one.message, False) for one in found)


def by_probes(before: Preflight, function: RustFunction) -> tuple[Found, ...]:
    """What Verus shows of the contract alone."""
    return tuple(
        Found(one.trouble.value, one.line or function.line, one.message, True)
        for one in before.findings
        if one.trouble is Trouble.CONTRADICTION
    )


def _promises(text: str, function: RustFunction) -> Iterator[Found]:
    spans = [span for word, span in function.clauses if word in ("ensures", "returns")]
    if not spans and function.path.count("::") < 2:  # a trait's promises are elsewhere
        message = "nothing is promised: there is no `ensures`"
        yield Found("no-ensures", function.line, message, True)
    if spans and all(_is_true(span, text) for span in spans):
        line = text.count("\n", 0, spans[0].start) + 1
        yield Found("ensures-true", line, "the `ensures` are only `true`", True)


def _is_true(span: Span, text: str) -> bool:
    words = {token.text for token in meaningful(span.of(text))}
    return "true" in words and words <= _TRUE


def _body(text: str, function: RustFunction) -> Iterator[Found]:
    if function.body is None or function.stub:
        return
    for one in inspect(text, text, function.path, Rules()):
        yield Found(one.rule, one.line, f"`{one.token}`: {one.message}", one.rule in _CHEATS)


def _trusted(text: str, function: RustFunction) -> Iterator[Found]:
    for one in trusts(text, function):
        message = f"the file takes something as true without a proof: {one.what} ({one.name})"
        yield Found("trusts", one.line, message, False)
