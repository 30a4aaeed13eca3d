"""What a trivial body is: for a search that must not take an honest program for an exploit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from synthd.synth.rust.compare import erased
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import functions
from synthd.synth.verifiers.verus.results import result_type

MOST_TOKENS = 48  # of what runs
_LOOPS = frozenset({"while", "for", "loop"})
_BRANCHES = frozenset({"if", "match"})
_INTEGERS = frozenset("u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize".split())
_HEAD = "verus! { fn f() "
_HEAD_TOKENS = 7


def runs(body: str) -> tuple[str, ...]:
    """The tokens of a block that are no proof."""
    tokens = erased(f"{_HEAD}{body} }}")
    return tuple(token.text for token in tokens[_HEAD_TOKENS:-1])


@dataclass(frozen=True, slots=True)
class Triviality:
    """free: functions of the file that code may call by their name. owned: the others' names."""

    own: tuple[str, ...]  # what runs of the body that the file has; () for none
    free: frozenset[str]
    owned: frozenset[str]

    @classmethod
    def of(cls, text: str, function: RustFunction) -> Triviality:
        executable = [one for one in functions(text) if one.mode is Mode.EXEC]
        free = frozenset(one.name for one in executable if "::" not in one.path)
        owned = frozenset(one.name for one in executable if "::" in one.path)
        kept = function.body is not None and not function.stub
        return cls(runs(function.body.of(text)) if kept and function.body else (), free, owned)

    def lacks(self, body: str) -> str:
        """Why a body is not trivial; "" where it is."""
        return self._lacks(runs(body))

    def is_own(self, body: str) -> bool:
        return bool(self.own) and runs(body) == self.own

    @property
    def own_is_trivial(self) -> bool:
        """By the same measure: the function may really be as simple as that."""
        return bool(self.own) and not self._lacks(self.own)

    def _lacks(self, tokens: tuple[str, ...]) -> str:
        if len(tokens) > MOST_TOKENS:
            return f"it has {len(tokens)} tokens that run, more than {MOST_TOKENS}"
        if loop := next((word for word in tokens if word in _LOOPS), ""):
            return f"it has a loop (`{loop}`)"
        if sum(word in _BRANCHES for word in tokens) > 1:
            return "it has more than one condition"
        if "fn" in tokens:
            return "it defines a function"
        if called := self._called(tokens):
            return f"it calls `{called}` of the file"
        return ""

    def _called(self, tokens: tuple[str, ...]) -> str:
        for at, (name, after) in enumerate(pairwise(tokens)):
            if after not in ("(", "::"):
                continue
            before = tokens[max(0, at - 2) : at]
            alone = not before or before[-1] not in ("::", ".")
            mine = before in (("self", "."), ("Self", "::"))
            if (alone and name in self.free) or (mine and name in self.owned):
                return name
        return ""


def stock(text: str, function: RustFunction) -> tuple[str, ...]:
    """Bodies that need no model: the usual values of the result's type."""
    told = result_type(text, function)
    if told is None:
        return ("{\n}",)
    head = told.replace("<", " ").split()[0]
    values: tuple[str, ...] = {
        "bool": ("true", "false"),
        "Vec": ("Vec::new()",),
        "Option": ("None",),
        "String": ("String::new()",),
    }.get(head, ("0", "1") if head in _INTEGERS else ())
    return tuple(f"{{\n    {value}\n}}" for value in values)
