"""From a Rust function in a file to a problem: what is asked, and what will count as right.

Three places to start from: a stub (body and proof are to be written), code that is to stay and
lacks its proof (`--proof`), and a body with its proof that fails (`--replace`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from synthd.daemon.exits import BadInput
from synthd.daemon.verus.sources import is_external, located
from synthd.daemon.verus.standing import has_promise
from synthd.daemon.verus.surroundings import surroundings
from synthd.daemon.verus.verifying import refuse_unprovable
from synthd.synth.attempt import Extraction
from synthd.synth.problem import Problem, Spec
from synthd.synth.prompts.verus import guide
from synthd.synth.proving.exemplars import Fix, most_similar
from synthd.synth.run import Read
from synthd.synth.rust.extract import body_reader
from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.invariants import read, with_clauses
from synthd.synth.rust.layout import indentation, level, shifted
from synthd.synth.rust.splice import replace_body
from synthd.synth.source.text import SourceText
from synthd.synth.verifiers.verus.gate import Rules

STUB = "{\n    unimplemented!()\n}"
TAKEN = "only the clauses of its loops were taken"
MOST_FIXES = 2  # that a small context has room for


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked about one function. proof: its code stays, only the proof is written;
    replace: code and proof may both change; invariants: only what its loops lack is added; anew: as
    if there were none. fixes: repairs remembered from before."""

    proof: bool = False
    replace: bool = False
    accept_untested: bool = False
    fixes: tuple[Fix, ...] = ()
    invariants: bool = False
    anew: bool = False

    @property
    def keeps_code(self) -> bool:
        return self.proof or self.invariants


@dataclass(frozen=True, slots=True)
class Prepared:
    """One function, ready to be searched for. promises: something can be proved of it."""

    source: SourceText
    function: RustFunction
    problem: Problem
    rules: Rules
    promises: bool
    warnings: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        return self.problem.head

    @property
    def read(self) -> Read:
        read = body_reader(self.source.text, self.function)
        return _clauses_of(read, self.problem.given) if self.problem.loops_only else read

    def file(self, body: str) -> bytes:
        """The whole file with this body; every other byte is as it was."""
        return self.text(body).encode("utf-8")

    def text(self, body: str) -> str:
        return replace_body(self.source.text, self.function, body)

    def code(self, body: str) -> str:
        """The whole function with this body, as it would stand in the file."""
        text = self.text(body)
        return located(replace(self.source, text=text), self.function.path).whole.of(text)


def prepare(source: SourceText, path: str, wanted: Wanted, rules: Rules) -> Prepared:
    """Refuses what cannot be proved. Raises BadInput. Runs nothing and calls no model."""
    function = located(source, path)
    refuse_unprovable(source, function)
    if is_external(source.text, function):
        raise BadInput(
            f"{function.path} (line {function.line}) is trusted without a proof: take its "
            "`#[verifier::external…]` away, or there is nothing to prove"
        )
    given = _given(source, function, wanted)
    promises = has_promise(function)
    if not promises and not wanted.accept_untested:
        raise BadInput(
            f"{function.path} (line {function.line}) has no `ensures`: say what it promises, or "
            "there is nothing to prove; --accept-untested writes it all the same, unproved"
        )
    problem = _problem(source, function, given, proof_only=wanted.keeps_code and bool(given))
    problem = replace(problem, loops_only=wanted.invariants)
    fixes = most_similar(wanted.fixes, problem.start, count=MOST_FIXES)
    if fixes:
        problem = replace(problem, guide=guide.system(fixes=fixes))
    rules = replace(rules, keep_code=problem.proof_only, invariants=wanted.invariants)
    return Prepared(source, function, problem, rules, promises, _warnings(wanted, given))


def _given(source: SourceText, function: RustFunction, wanted: Wanted) -> str:
    """The body to start from, level; "" for a stub."""
    where = f"{function.path} (line {function.line})"
    if function.stub or function.body is None:
        if wanted.invariants:
            raise BadInput(f"{where} is a stub: write its body first, then what its loops lack")
        return ""
    if wanted.anew:
        return ""
    if wanted.invariants and not read(function.body.of(source.text)).loops:
        raise BadInput(f"{where} has no loop, so no invariant is missing: repair its proof")
    if not (wanted.keeps_code or wanted.replace):
        raise BadInput(
            f"{where} already has a body; --proof writes its proof "
            "and keeps its code, --invariants adds what its loops lack, --replace starts from it "
            "and may change both"
        )
    return level(function.body.of(source.text))


def _clauses_of(read: Read, given: str) -> Read:
    """Of whatever body is answered only what its loops have besides, where these are the same."""

    def reading(text: str, cut: bool) -> tuple[str, Extraction, str]:
        body, kind, note = read(text, cut)
        merged = with_clauses(given, body) if body else None
        if merged is None or merged == body:
            return body, kind, note
        return merged, kind, "; ".join(filter(None, (note, TAKEN)))

    return reading


def _warnings(wanted: Wanted, given: str) -> tuple[str, ...]:
    if wanted.proof and not given:
        return ("--proof: the function has no code yet, so code and proof are written",)
    return ()


def _problem(
    source: SourceText, function: RustFunction, given: str, *, proof_only: bool
) -> Problem:
    text = source.text.replace("\r\n", "\n")
    if text != source.text:
        function = located(replace(source, text=text), function.path)
    indent = indentation(text, function.header.start)
    head = shifted(function.header.of(text), indent, "")
    before = shifted(text[function.whole.start : function.header.start], indent, "").rstrip()
    start = "\n".join(part for part in (before, head, given or STUB) if part)
    contract = [f"{word} {span.of(text)}" for word, span in function.clauses]
    return Problem(
        id=function.path,
        statement=_documentation(before),
        language="verus",
        start=start,
        head=head,
        entry_point=function.path,
        context=surroundings(text, function),
        spec=Spec(contract="\n".join(contract)),
        given=given,
        proof_only=proof_only,
    )


def _documentation(before: str) -> str:
    lines = (line.strip() for line in before.splitlines())
    return "\n".join(line[3:].strip() for line in lines if line.startswith("///"))
