"""Whether a contract admits one result only: then a trivial body that keeps it is no exploit.

The question is put to Verus as a lemma: two results that both satisfy the `ensures` are the same.
A proof of it is evidence; that none is found is none, as Verus gets no help with it.
"""

from __future__ import annotations

from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.lexer import lex, meaningful
from synthd.synth.rust.token import Kind
from synthd.synth.verifiers.verus.report import ProofVerdict, Status, VerusReport
from synthd.synth.verifiers.verus.results import result_type

LEMMA = "synthd_only_one_result"
_FIRST, _SECOND = "synthd_result_1", "synthd_result_2"
_PLAIN = frozenset(
    "u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize bool char int nat Option ( ) , < >".split()
)
_VIEWED = frozenset({"Vec", "String"})
# What a lemma cannot say in the function's words: other states, receivers, more parameters.
_UNSUITABLE = frozenset(
    {"mut", "self", "Self", "old", "final", "Tracked", "Ghost", "impl", "where"}
)


def question(text: str, function: RustFunction) -> str | None:
    """The program with the lemma after the function; None where it cannot be asked so."""
    told = result_type(text, function)
    same = _same(told) if told else None
    words = {token.text for token in meaningful(function.header.of(text))}
    clauses = {word for word, _ in function.clauses} - {"requires", "ensures", "decreases"}
    if same is None or not function.ensures or not function.returns or clauses:
        return None
    if function.mode is not Mode.EXEC or words & _UNSUITABLE or not function.in_verus:
        return None
    parameters = _parameters(function.header.of(text))
    if parameters is None:
        return None
    held = function.ensures.of(text)
    given = [function.requires.of(text)] if function.requires else []
    given += [_renamed(held, function.returns, name) for name in (_FIRST, _SECOND)]
    listed = "".join(f"        {clause.strip().rstrip(',')},\n" for clause in given)
    both = ", ".join(filter(None, (parameters, f"{_FIRST}: {told}", f"{_SECOND}: {told}")))
    clauses_text = f"    requires\n{listed}    ensures\n        {same},\n"
    lemma = f"\n\nproof fn {LEMMA}({both})\n{clauses_text}{{\n}}\n"
    return text[: function.whole.end] + lemma + text[function.whole.end :]


def proved(report: VerusReport) -> bool:
    """Whether the lemma is among what Verus verified."""
    named = [one for one in report.functions if one.path.split("::")[-1] == LEMMA]
    if report.verdict is ProofVerdict.PROVED and not report.complete:
        return True
    return any(one.status is Status.VERIFIED for one in named)


def _same(told: str) -> str | None:
    names = [token.text for token in meaningful(told)]
    if names and names[0] in _VIEWED and all(name in _PLAIN for name in names[1:]):
        return f"{_FIRST}@ =~= {_SECOND}@"
    return f"{_FIRST} == {_SECOND}" if names and all(name in _PLAIN for name in names) else None


def _parameters(header: str) -> str | None:
    """The text between the brackets after the name; None for a generic function."""
    tokens = meaningful(header)
    at = next((place for place, token in enumerate(tokens) if token.text == "fn"), len(tokens)) + 2
    if at >= len(tokens) or tokens[at].text != "(":
        return None
    depth = 0
    for token in tokens[at:]:
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        if depth == 0:
            return header[tokens[at].end : token.start].strip().rstrip(",")
    return None


def _renamed(clause: str, name: str, new: str) -> str:
    """Fields of that name stay; comments go."""
    parts: list[str] = []
    before = ""
    for token in lex(clause):
        mine = token.kind is Kind.WORD and token.text == name and before != "."
        parts.append(" " if token.kind is Kind.COMMENT else new if mine else token.text)
        before = before if token.silent else token.text
    return "".join(parts)
