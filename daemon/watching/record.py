"""A certificate as it is kept, and how it stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

SCHEMA = 1


class Standing(StrEnum):
    FRESH = "fresh"
    STALE = "stale"  # what was verified is not what is there: `why` says what changed
    VERIFYING = "verifying"  # stale, and looked at again just now
    UNSEEN = "unseen"  # it was not in the file yet, or nobody looked yet


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Again(Wire):
    """What came of verifying what is there: status as of `synthd verify --json`. about: a hash of
    the file and its tests as they were."""

    status: str
    message: str
    about: str
    at: float


class Record(Wire):
    """path: absolute. certificate: as it was issued. code, spec, file: hashes of what was verified
    last, at first those of the certificate. parts: see facts.py, once these bytes were seen; None
    before. tests: hashes of files of tests by path. programs: identities by path. seen: whether the
    file was found to hold it; an editor's buffer is saved later."""

    schema_version: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    path: str
    function: str
    grade: str
    certificate: Mapping[str, Any]
    code: str
    spec: str
    file: str
    synthd: str
    parts: Mapping[str, str] | None = None
    examples: Sequence[str] = ()
    tests: Mapping[str, str] = {}
    programs: Mapping[str, str] = {}
    recorded: float
    checks: int = 0  # that it passed, and what its search cost
    seconds: float = 0.0
    tokens: int = 0
    seen: bool = False
    again: Again | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.path, self.function

    @property
    def python(self) -> str:
        """The interpreter that judged, for Python."""
        judge = self.certificate.get("judge")
        return str(judge.get("python", "")) if isinstance(judge, Mapping) else ""


@dataclass(frozen=True, slots=True)
class Kept:
    """For whoever shows certificates."""

    path: str
    function: str
    grade: str
    standing: Standing
    why: str
    recorded: float
    certificate: Mapping[str, Any] = field(default_factory=dict, repr=False)
    again: Again | None = None
    checks: int = 0
    seconds: float = 0.0
    tokens: int = 0

    def wire(self) -> dict[str, Any]:
        again = self.again.model_dump(mode="json") if self.again else None
        return {
            "schema": SCHEMA,
            "path": self.path,
            "function": self.function,
            "grade": self.grade,
            "standing": self.standing.value,
            "why": self.why,
            "recorded": self.recorded,
            "certificate": dict(self.certificate),
            "again": again,
        }


class NoCertificate(Exception):
    """A report that has none cannot be recorded."""


def _cost(report: Mapping[str, Any]) -> dict[str, Any]:
    checks, cost = report.get("checks"), report.get("cost")
    found: dict[str, Any] = {"checks": len(checks) if isinstance(checks, list) else 0}
    if isinstance(cost, Mapping):
        found["seconds"] = float(cost.get("seconds") or 0.0)
        found["tokens"] = int(cost.get("completion_tokens") or 0)
    return found


def record_of(path: str, report: Mapping[str, Any], examples: Sequence[str], now: float) -> Record:
    """From the report of a search, as `--json` prints it. Raises NoCertificate."""
    certificate = report.get("certificate")
    if report.get("status") != "verified" or not isinstance(certificate, Mapping):
        name = report.get("function") or "it"
        raise NoCertificate(f"{name} is not verified: there is no certificate to keep")
    judge = certificate.get("judge")
    prover = certificate.get("prover")
    judged = prover if isinstance(prover, Mapping) else judge
    try:
        return Record(
            path=path,
            function=str(certificate["function"]),
            grade=str(certificate["grade"]),
            certificate=certificate,
            code=str(certificate["code_sha256"]),
            spec=str(certificate["spec_sha256"]),
            file=str(certificate["file_sha256"]),
            synthd=str(judged.get("synthd", "")) if isinstance(judged, Mapping) else "",
            examples=tuple(examples),
            recorded=now,
            **_cost(report),
        )
    except KeyError as error:
        raise NoCertificate(f"the certificate lacks {error}") from None
