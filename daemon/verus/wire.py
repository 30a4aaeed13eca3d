"""What leaves about proofs as JSON: one object a function, with what the proof rests on."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from synthd.daemon.report import SCHEMA, Certificate, Report, Wire
from synthd.synth.attempt import Grade
from synthd.synth.verifiers.verus.report import Diagnostic, FunctionResult, Place, ProofVerdict
from synthd.synth.verifiers.verus.trust import Trust


class PlaceReport(Wire):
    """Lines and columns are 1-based, columns in characters, the end exclusive. ours: in the user's
    file; else in Verus' library. text: the lines, as they stand there."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    primary: bool
    label: str
    text: str
    ours: bool

    @classmethod
    def of(cls, place: Place, file: str) -> PlaceReport:
        return cls(
            file=file if place.ours else place.file,
            line=place.line,
            column=place.column,
            end_line=place.end_line,
            end_column=place.end_column,
            primary=place.primary,
            label=place.label,
            text=place.text,
            ours=place.ours,
        )


class DiagnosticReport(Wire):
    kind: str
    level: str
    message: str
    code: str
    function: str
    places: list[PlaceReport]
    help: list[str]

    @classmethod
    def of(cls, one: Diagnostic, file: str) -> DiagnosticReport:
        return cls(
            kind=one.kind.value,
            level=one.level.value,
            message=one.message,
            code=one.code,
            function=one.function,
            places=[PlaceReport.of(place, file) for place in one.places],
            help=list(one.help),
        )


class TrustReport(Wire):
    """What the file takes as true without a proof: `assume` in `f`, `external_body` on `g`, …"""

    what: str
    name: str
    line: int

    @classmethod
    def of(cls, trust: Trust) -> TrustReport:
        return cls(what=trust.what, name=trust.name, line=trust.line)


class FunctionReport(Wire):
    """What Verus established about one function of the file, by its name."""

    function: str
    line: int
    status: str

    @classmethod
    def of(cls, one: FunctionResult) -> FunctionReport:
        return cls(function=one.path, line=one.line, status=one.status.value)


class ProverFacts(Wire):
    """Who judged, and how. seeds: of the solver, under which it was verified. probes: what came
    of looking for a proof of nothing. trusts: the assumptions outside of the function. program:
    where that Verus is."""

    synthd: str
    verus: str
    toolchain: str
    commit: str
    isolation: str
    rlimit: float
    wall_seconds: float
    memory_mb: int
    seeds: list[int]
    gate: str
    probes: list[str]
    trusts: list[TrustReport]
    program: str = ""


class Proof(Wire):
    """What was judged: hashes of UTF-8 text, the file's of its bytes."""

    code_sha256: str
    spec_sha256: str
    file_sha256: str
    prover: ProverFacts


class RustStanding(StrEnum):
    VERIFIED = "verified"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    STUB = "stub"  # nothing to verify yet
    ERROR = "error"


class RustReport(Wire):
    """One function of a Rust file, as `synthd verify --json` prints it. An empty function stands
    for what is about the file as a whole. crash: the end of Verus' backtrace."""

    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    file: str
    function: str
    line: int = 0
    status: RustStanding
    grade: Grade = Grade.UNKNOWN
    message: str
    labels: list[str] = Field(default_factory=list)
    diagnostics: list[DiagnosticReport] = Field(default_factory=list)
    proof: Proof | None = None
    crash: str = ""
    seconds: float = 0.0
    cached: bool = False
    warnings: list[str] = Field(default_factory=list)

    def json_text(self) -> str:
        return self.model_dump_json(by_alias=True)


class ProofCertificate(Certificate):
    prover: ProverFacts


class ProofReport(Report):
    """The report of a search for a body and its proof. prover_says: proved, refuted or unknown.
    removed: parts of the proof that were found to be superfluous."""

    prover_says: ProofVerdict = ProofVerdict.UNKNOWN
    functions: list[FunctionReport] = Field(default_factory=list)
    diagnostics: list[DiagnosticReport] = Field(default_factory=list)
    crash: str = ""
    removed: list[str] = Field(default_factory=list)
    learned: int = 0
    certificate: ProofCertificate | None = None
