"""A whole crate, verified once as it stands: no second seed, no gate, no probes.

That is less than the grade `proved` asks for, so none is given; and a function that itself assumes
something is not called verified, whatever Verus says of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import Missing
from synthd.daemon.settings import Settings
from synthd.daemon.verus.facts import OWN_SEED, things
from synthd.daemon.verus.installed import Tool, limits
from synthd.daemon.verus.wire import (
    DiagnosticReport,
    PlaceReport,
    RustReport,
    RustStanding,
)
from synthd.sandbox.errors import SandboxError
from synthd.sandbox.level import Detection
from synthd.synth.attempt import Grade
from synthd.synth.rust.functions import functions
from synthd.synth.verifiers.verus.crates import check_crate
from synthd.synth.verifiers.verus.report import (
    Diagnostic,
    FunctionResult,
    ProofVerdict,
    Status,
    VerusReport,
)
from synthd.synth.verifiers.verus.scoring import errors
from synthd.synth.verifiers.verus.trust import Trust, trusts

ONE_SEED = "one-solver-seed"
_MOST_FILES = 2000


@dataclass(frozen=True, slots=True)
class Crate:
    """folder: where its Cargo.toml is."""

    folder: Path
    tool: Tool
    settings: Settings
    detection: Detection
    unsafe: bool = False

    async def verify(self) -> list[RustReport]:
        """Raises Missing where the installation has no cargo-verus."""
        try:
            report = await check_crate(
                self.folder,
                self.tool.installation,
                limits(self.settings),
                self.detection,
                unsafe=self.unsafe,
            )
        except SandboxError as error:  # also a VerusMissing
            raise Missing(str(error)) from None
        trusted = self._trusted()
        return [
            *self._whole(report),
            *(self._function(one, report, trusted) for one in report.functions),
        ]

    def _trusted(self) -> Mapping[str, Sequence[Trust]]:
        """By the files' paths in the crate."""
        found = {}
        for path in sorted(self.folder.rglob("*.rs"))[:_MOST_FILES]:
            name = path.relative_to(self.folder)
            if name.parts[0] == "target":
                continue
            text = path.read_text(errors="replace")
            every = functions(text)
            if every:
                found[str(name)] = trusts(text, dataclasses.replace(every[0], body=None))
        return found

    def _whole(self, report: VerusReport) -> list[RustReport]:
        loose = [one for one in errors(report) if not one.function]
        unknown = report.verdict is ProofVerdict.UNKNOWN
        if not loose and not (unknown and not report.functions) and not report.crash:
            return []
        status = RustStanding.UNDECIDED if unknown else RustStanding.REFUTED
        return [self._made("", 0, status, report.reason, [], loose, report)]

    def _function(
        self, one: FunctionResult, report: VerusReport, trusted: Mapping[str, Sequence[Trust]]
    ) -> RustReport:
        own = [
            f"{file}, {trust}"
            for file, found in trusted.items()
            for trust in found
            if trust.name and (one.path == trust.name or one.path.endswith(f"::{trust.name}"))
        ]
        labels = [ONE_SEED]
        labels += [f"{t.label}:{file}" for file, found in trusted.items() for t in found]
        match one.status:
            case Status.FAILED:
                said = one.diagnostics[0].message.splitlines()[0] if one.diagnostics else "it fails"
                status, message = RustStanding.REFUTED, f"{one.path} is not verified: {said}"
            case Status.UNKNOWN:
                status = RustStanding.UNDECIDED
                message = f"nothing is known of {one.path}: {report.reason or 'it is not named'}"
            case Status.VERIFIED if own:
                status = RustStanding.UNDECIDED
                message = f"{one.path} is not proved, as it assumes: {'; '.join(own[:3])}"
            case Status.VERIFIED:
                status = RustStanding.VERIFIED
                count = sum(map(len, trusted.values()))
                message = f"{one.path} is verified, under solver seed {OWN_SEED} alone"
                if count:
                    message += f"; the crate takes {things(count)} as true without a proof"
        told = list(one.diagnostics)
        return self._made(one.path, one.line, status, message, labels, told, report)

    def _made(
        self,
        function: str,
        line: int,
        status: RustStanding,
        message: str,
        labels: list[str],
        diagnostics: list[Diagnostic],
        report: VerusReport,
    ) -> RustReport:
        verified = status is RustStanding.VERIFIED
        return RustReport(
            file=str(self.folder),
            function=function,
            line=line,
            status=status,
            grade=Grade.UNKNOWN,
            message=message,
            labels=labels if verified else [],
            diagnostics=[self._diagnostic(one) for one in diagnostics],
            crash="" if function else report.crash,
            seconds=round(report.seconds, 3),
            warnings=[self.tool.note] if self.tool.note else [],
        )

    def _diagnostic(self, one: Diagnostic) -> DiagnosticReport:
        told = DiagnosticReport.of(one, "")
        places = [PlaceReport.of(place, str(self.folder / place.file)) for place in one.places]
        return told.model_copy(update={"places": places})
