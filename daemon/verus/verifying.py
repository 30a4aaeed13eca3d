"""Verifies Rust functions as they stand in their file: no model, no search, nothing changed.

A whole file takes three runs of Verus: as it is, with another solver seed, and with
`assert(false)` at the start of each function that has preconditions, which shows those that
contradict each other. One function that is named gets all that a search demands of a candidate:
the gate and every vacuity probe besides.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from synthd.daemon.exits import BadInput, Exit
from synthd.daemon.verus import facts
from synthd.daemon.verus.facts import Grounds
from synthd.daemon.verus.sources import Named, is_external, located
from synthd.daemon.verus.standing import (
    Known,
    contradictory,
    forbidden,
    has_promise,
    judged,
    proved,
    refuted,
    trusted,
    unknown,
)
from synthd.daemon.verus.wire import DiagnosticReport, RustReport, RustStanding
from synthd.synth.attempt import Candidate, Grade, Verdict
from synthd.synth.problem import Problem
from synthd.synth.rust.errors import RustSourceError
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import functions
from synthd.synth.source.text import SourceText
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.gate import Rules, Unchanged
from synthd.synth.verifiers.verus.gate.graph import Mentions
from synthd.synth.verifiers.verus.placing import Edit, Marked, applied
from synthd.synth.verifiers.verus.preflight import Trouble
from synthd.synth.verifiers.verus.probes import FALSE, Aim, Probe, Probed, read
from synthd.synth.verifiers.verus.report import (
    Diagnostic,
    FunctionResult,
    ProofVerdict,
    Status,
    VerusReport,
)
from synthd.synth.verifiers.verus.scoring import errors
from synthd.synth.verifiers.verus.trust import Trust, trusts
from synthd.synth.verifiers.verus.verifier import SECOND_SEED, UNSTABLE, VerusVerifier

CODES = {
    RustStanding.VERIFIED: Exit.VERIFIED,
    RustStanding.REFUTED: Exit.UNSOLVED,
    RustStanding.UNDECIDED: Exit.UNDECIDED,
}
NO_ENSURES = Trouble.NO_ENSURES.value


@dataclass(frozen=True, slots=True)
class Verifying:
    """One checker, for as many files as it lasts. note: about this version of Verus."""

    checker: Checker
    rules: Rules
    note: str = ""

    async def verify(self, named: Named) -> list[RustReport]:
        """Raises BadInput where the function that was named has nothing to verify."""
        if named.function:
            return [await self._one(named.source, located(named.source, named.function))]
        return await self._file(named.source)

    async def _one(self, source: SourceText, function: RustFunction) -> RustReport:
        refuse_unprovable(source, function)
        told = _Telling(self, source, await self.checker.check(source.text), named=True)
        if is_external(source.text, function):
            grounds = Grounds(trusts=trusts(source.text, function))
            return told.about(function, trusted(function, grounds))
        if function.stub or function.body is None:
            return told.stub(function)
        verifier = VerusVerifier(self.checker, source.text, function.path, self.rules)
        body = function.body.of(source.text)
        evaluation = await verifier.verify(Problem(function.path, ""), Candidate(body))
        evidence = verifier.evidence_of(body)
        rests = trusts(source.text, function)
        stable = evaluation.verdict is Verdict.ACCEPTED and UNSTABLE not in evaluation.labels
        probed = evidence.probed if evidence else ()
        if not probed and Trouble.CONTRADICTION.value in evaluation.labels:
            probed = (await verifier.preflight()).probed[:1]
        grounds = Grounds(stable, probed, rests, told.report.isolation)
        own = told.result(function)
        return told.about(function, judged(function, evaluation, own, told.report, grounds))

    async def _file(self, source: SourceText) -> list[RustReport]:
        text = source.text
        report = await self.checker.check(text)
        told = _Telling(self, source, report)
        again: VerusReport | None = None
        entries: dict[str, Probed] = {}
        if any(one.status is Status.VERIFIED for one in report.functions):
            again = await self.checker.check(text, seed=SECOND_SEED)
            entries = await self._entries(text)
        # In a thread: a file of thousands of lines takes seconds.
        return await asyncio.to_thread(lambda: [*told.whole(), *self._each(told, again, entries)])

    def _each(
        self,
        told: _Telling,
        again: VerusReport | None,
        entries: dict[str, Probed],
    ) -> Iterator[RustReport]:
        text = told.source.text
        every = functions(text)
        file = _File(every, Unchanged.of(text, self.rules), Mentions.of(text, every))
        everywhere = told.trusted(every)
        stable = _verified(again) if again else frozenset()
        known = {one.path: one for one in told.report.functions}
        for function in every:
            if is_external(told.source.text, function):
                continue  # listed among what is trusted
            if function.stub and function.in_verus and function.mode is not Mode.SPEC:
                yield told.stub(function)
                continue
            own = known.get(function.path)
            if own is None:
                continue
            probed = (entries[function.path],) if function.path in entries else ()
            grounds = Grounds(
                function.path in stable, probed, _outside(everywhere, told, function), _level(told)
            )
            found = self._standing(told, function, own, file, grounds)
            yield told.about(function, found)

    def _standing(
        self,
        told: _Telling,
        function: RustFunction,
        own: FunctionResult,
        file: _File,
        grounds: Grounds,
    ) -> Known:
        if own.status is Status.FAILED:
            return refuted(function, own, told.report)
        try:
            cheats = file.gate.inspect(function)
        except RustSourceError:  # its brackets do not pair: nothing can be said of it
            return unknown(function, told.report)
        if cheats:
            return forbidden(function, cheats, grounds)
        if own.status is Status.UNKNOWN:
            return unknown(function, told.report)
        if grounds.contradictory:
            return contradictory(function, grounds)
        failing = frozenset(
            one.path for one in told.report.functions if one.status is Status.FAILED
        )
        rests = failing & file.mentions.from_(function.path) if failing else failing
        rests |= {f.path for f in file.every if f.mode is Mode.SPEC and f.path in failing}
        if rests:
            message = f"{function.path} is verified by itself, but rests on {_listed(rests)}"
            return Known(RustStanding.UNDECIDED, f"{message}, which is not", (), grounds)
        return proved(function, grounds)

    async def _entries(self, text: str) -> dict[str, Probed]:
        """One run for the preconditions of all functions: Verus looks at each by itself."""
        wanted = [one for one in functions(text) if _has_entry(one)]
        if not wanted:
            return {}
        bodies = [one.body.start + 1 for one in wanted if one.body is not None]
        program = applied(text, tuple(Edit(at, at, f" {FALSE} ") for at in bodies), FALSE).program
        report = await self.checker.check(program)
        paths = {one.path for one in wanted}
        found = {}
        for one in functions(program):
            if one.path in paths and one.body is not None:
                marked = Marked.of(program, (program.index(FALSE, one.body.start),))
                found[one.path] = read(Probe(Aim.ENTRY, one.line, marked), report, one.path)
        return found


@dataclass(frozen=True, slots=True)
class _File:
    """What was read once for all of its functions."""

    every: tuple[RustFunction, ...]
    gate: Unchanged
    mentions: Mentions


@dataclass(frozen=True, slots=True)
class _Telling:
    """Reports about the functions of one file."""

    of: Verifying
    source: SourceText
    report: VerusReport
    named: bool = False

    def result(self, function: RustFunction) -> FunctionResult | None:
        return next((one for one in self.report.functions if one.path == function.path), None)

    def trusted(self, every: tuple[RustFunction, ...]) -> tuple[Trust, ...]:
        """In the whole file."""
        if not every:
            return ()
        return trusts(self.source.text, dataclasses.replace(every[0], body=None))

    def whole(self) -> list[RustReport]:
        """What is about no function: errors without one, and why nothing is known at all."""
        report = self.report
        loose = [one for one in errors(report) if not one.function]
        undecided = report.verdict is ProofVerdict.UNKNOWN
        if not loose and not (undecided and not _said_of_functions(report)):
            return []
        standing = RustStanding.UNDECIDED if undecided else RustStanding.REFUTED
        return [self._made("", 0, Known(standing, report.reason), loose, None)]

    def stub(self, function: RustFunction) -> RustReport:
        path = self.source.path
        message = (
            f"nothing to verify: {function.path} is a stub; "
            f"`synthd synth {path}::{function.path}` writes it"
        )
        found = Known(RustStanding.STUB, message)
        return self._made(function.path, function.line, found, [], None)

    def about(self, function: RustFunction, found: Known) -> RustReport:
        own = self.result(function)
        diagnostics = list(own.diagnostics) if own else []
        return self._made(function.path, function.line, found, diagnostics, function)

    def _made(
        self,
        path: str,
        line: int,
        found: Known,
        diagnostics: list[Diagnostic],
        function: RustFunction | None,
    ) -> RustReport:
        source, of = self.source, self.of
        proved = found.standing is RustStanding.VERIFIED
        prover = facts.prover_facts(of.checker, of.rules, found.grounds, proved=proved)
        proof = facts.proof(source.text, source.raw, function, prover) if function else None
        promises = function is not None and has_promise(function)
        return RustReport(
            file=source.path,
            function=path,
            line=line,
            status=found.standing,
            grade=Grade.PROVED if proved and promises else Grade.UNKNOWN,
            message=found.message,
            labels=[*found.labels, *([NO_ENSURES] if proved and not promises else [])],
            diagnostics=[DiagnosticReport.of(one, source.path) for one in diagnostics],
            proof=proof,
            crash=self.report.crash if self.named or not path else "",
            seconds=round(self.report.seconds, 3),
            cached=self.report.cached,
            warnings=[of.note] if of.note else [],
        )


def refuse_unprovable(source: SourceText, function: RustFunction) -> None:
    """Raises BadInput for what Verus never looks into."""
    where = f"{source.path}:{function.line}: {function.path}"
    if not function.in_verus:
        raise BadInput(f"{where} stands outside of `verus! {{ }}`, where nothing is verified")
    if function.mode is Mode.SPEC and function.decreases is None:
        raise BadInput(f"{where} is a spec function: it says what is meant, and proves nothing")


def _has_entry(function: RustFunction) -> bool:
    body = function.body is not None and function.in_verus and not function.stub
    return body and function.requires is not None and function.mode is not Mode.SPEC


def _outside(
    trusted: tuple[Trust, ...], told: _Telling, function: RustFunction
) -> tuple[Trust, ...]:
    """Without what stands in the body: that is the gate's affair."""
    if function.body is None:
        return trusted
    text = told.source.text
    first = text.count("\n", 0, function.body.start) + 1
    last = text.count("\n", 0, function.body.end) + 1
    return tuple(one for one in trusted if not first <= one.line <= last)


def _said_of_functions(report: VerusReport) -> bool:
    return any(one.status is not Status.UNKNOWN or one.diagnostics for one in report.functions)


def _verified(report: VerusReport) -> frozenset[str]:
    return frozenset(one.path for one in report.functions if one.status is Status.VERIFIED)


def _level(told: _Telling) -> str:
    return told.report.isolation


def _listed(paths: frozenset[str]) -> str:
    return ", ".join(f"`{path}`" for path in sorted(paths))
