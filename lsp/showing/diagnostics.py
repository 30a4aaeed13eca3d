"""What is wrong with examples, what fails, and what Verus says, where it stands in the text."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from synthd.lsp.later import Later
from synthd.lsp.session import Session
from synthd.lsp.showing.abilities import Abilities
from synthd.lsp.text.documents import split
from synthd.lsp.text.functions import Functions, Sight
from synthd.lsp.text.positions import point_at
from synthd.lsp.verdicts import Failing, ProofDiagnostic, Proofs, Range, Standing
from synthd.lsp.verifying.standings import Shown
from synthd.lsp.verifying.verifications import Verifications
from synthd.synth.source.outlined import Outlined

SOURCE = "synthd"
TYPED = 0.5  # seconds after the last key
GATHER = 0.02  # seconds: verdicts that come at once are told once
FAILING = "failing-example"
UNVERIFIED = "not-verified"
PROOF = "verus"

_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
}


class Diagnostics:
    """Pushed with the version that they are about, and taken back when it is closed."""

    def __init__(
        self,
        session: Session,
        functions: Functions,
        verifications: Verifications,
        abilities: Abilities,
    ) -> None:
        self._session = session
        self._functions = functions
        self._verifications = verifications
        self._abilities = abilities
        self._told: dict[str, types.PublishDiagnosticsParams] = {}
        self._later = Later("telling what is wrong", self._tell, TYPED)
        changes = session.changes
        changes.opened.subscribe(self._later.ask)
        changes.changed.subscribe(self._later.ask)
        changes.closed.subscribe(self._closed)
        changes.closing.subscribe(lambda _: self._later.close())
        verifications.ran.subscribe(lambda uri: self._later.soon(uri, GATHER))

    async def _tell(self, uri: str) -> None:
        sight = await self._functions.of(uri)
        if sight is None:
            return
        places = _Places(sight, self._session.buffers.encoding, self._related)
        proofs = self._verifications.proofs(sight)
        found = list(places.all(self._verifications.shown(sight), proofs))
        params = types.PublishDiagnosticsParams(
            sight.buffer.uri, found, version=sight.buffer.version
        )
        before = self._told.get(uri)
        if before == params or (not found and (before is None or not before.diagnostics)):
            return
        self._told[uri] = params
        self._session.editor.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)

    @property
    def _related(self) -> bool:
        return self._abilities.relates_diagnostics

    def _closed(self, uri: str) -> None:
        self._later.drop(uri)
        before = self._told.pop(uri, None)
        if before is not None and before.diagnostics:
            none = types.PublishDiagnosticsParams(uri, [])
            self._session.editor.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, none)


class _Places:
    """Of one text."""

    def __init__(self, sight: Sight, encoding: str, related: bool) -> None:
        self._sight = sight
        self._encoding = encoding
        self._related = related
        self._lines = split(sight.buffer.text)

    def all(self, shown: list[Shown], proofs: Proofs | None) -> Iterator[types.Diagnostic]:
        for function in self._sight.functions:
            yield from self._flaws(function)
        for one in shown if not self._sight.rust else ():
            if one.known is None:
                continue
            if one.known.standing is Standing.FAILED:
                for failing in one.known.failing:
                    yield self._failing(one.function, failing)
            elif one.known.standing is Standing.UNKNOWN:
                yield self._note(one.function.line, one.known.why)
        for proof in proofs.functions if proofs else ():
            for told in proof.diagnostics:
                yield self._proof(told, proof.line)
            if proof.status == "unknown":
                yield self._note(proof.line, proof.message)
            if proof.status == "refuted" and not proof.diagnostics:  # the gate refuses it
                yield self._proof(ProofDiagnostic("refused", "error", proof.message), proof.line)
        for told in proofs.diagnostics if proofs else ():
            yield self._proof(told, 0)

    def _flaws(self, function: Outlined) -> Iterator[types.Diagnostic]:
        for flaw in function.flaws:
            other = None if flaw.other is None else function.first + flaw.other
            yield types.Diagnostic(
                self._line(function.first + flaw.line),
                flaw.message,
                types.DiagnosticSeverity.Warning,
                str(flaw.kind),
                source=SOURCE,
                related_information=self._about(other, "the other one"),
            )

    def _failing(self, function: Outlined, failing: Failing) -> types.Diagnostic:
        line = function.line if failing.line is None else failing.line
        return types.Diagnostic(
            self._line(line),
            f"This example fails: {_came(failing)}",
            types.DiagnosticSeverity.Error,
            FAILING,
            source=SOURCE,
            related_information=self._about(function.line, f"{function.name} is defined here"),
        )

    def _note(self, line: int, why: str) -> types.Diagnostic:
        return types.Diagnostic(
            self._line(line),
            f"Not verified: {why or 'there is no verdict'}",
            types.DiagnosticSeverity.Information,
            UNVERIFIED,
            source=SOURCE,
        )

    def _proof(self, proof: ProofDiagnostic, line: int) -> types.Diagnostic:
        notes = [note for note in proof.notes if note.range is not None]
        apart = [note.message for note in proof.notes if note.range is None]
        if not self._related:
            apart = [note.message for note in proof.notes]
        related = [
            types.DiagnosticRelatedInformation(
                types.Location(self._sight.buffer.uri, self._range(note.range)), note.message
            )
            for note in notes
            if note.range is not None and self._related
        ]
        return types.Diagnostic(
            self._range(proof.range) if proof.range else self._line(line),
            "\n".join([proof.message, *apart]),
            _SEVERITY.get(proof.severity, types.DiagnosticSeverity.Information),
            f"{PROOF}-{proof.kind}".replace("_", "-") if proof.kind else PROOF,
            source=SOURCE,
            related_information=related or None,
        )

    def _about(
        self, line: int | None, message: str
    ) -> list[types.DiagnosticRelatedInformation] | None:
        if line is None or not self._related:
            return None
        place = types.Location(self._sight.buffer.uri, self._line(line))
        return [types.DiagnosticRelatedInformation(place, message)]

    def _line(self, number: int) -> types.Range:
        """What is written on it."""
        text = self._text(number)
        start = len(text) - len(text.lstrip())
        return types.Range(self._position(number, start), self._position(number, len(text)))

    def _range(self, place: Range) -> types.Range:
        return types.Range(
            self._position(place.line, place.column),
            self._position(place.end_line, place.end_column),
        )

    def _position(self, line: int, column: int) -> types.Position:
        text = self._text(line)
        return types.Position(line, point_at(text, column, self._encoding).character)

    def _text(self, line: int) -> str:
        return self._lines[line].rstrip() if 0 <= line < len(self._lines) else ""


def _came(failing: Failing) -> str:
    what = failing.detail or failing.outcome.replace("_", " ")
    if failing.outcome == "fail" and failing.detail:
        wanted = f", not {failing.expected}" if failing.expected else ""
        return f"{failing.check} gave {failing.detail}{wanted}"
    return what if failing.line is not None else f"{failing.check}: {what}"
