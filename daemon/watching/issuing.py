"""Completes a record with what its certificate does not say: parts of the bytes, hashes of tests,
identities of programs."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from synthd.daemon.watching.comparing import Comparing, file_sha256
from synthd.daemon.watching.facts import RUST, Gone, facts
from synthd.daemon.watching.record import Again, Record

# The version of the Verus that is found, and its program; empty where there is none.
FindVerus = Callable[[], Awaitable[tuple[str, str]]]


async def completed(
    record: Record,
    raw: bytes | None,
    tests: Sequence[Path],
    comparing: Comparing,
    verus: FindVerus,
) -> Record:
    programs = [record.python] if record.python and not record.path.endswith(RUST) else []
    if record.path.endswith(RUST):
        program = _prover(record, "program")
        if not program:
            version, program = await verus()
            # Another one than that which proved it: then nothing can be said about that one.
            program = program if version == _prover(record, "verus") else ""
        programs = [program] if program else []

    def complete() -> Record:
        parts = record.parts if raw is None else _parts(record, raw)
        known = {program: comparing.programs.identity(program) for program in programs}
        update = {
            "parts": parts,
            "tests": {str(test): file_sha256(test) for test in tests},
            "programs": {program: identity for program, identity in known.items() if identity},
        }
        return record.model_copy(update=update)

    return await asyncio.to_thread(complete)


def renewed(record: Record, report: Mapping[str, Any], again: Again) -> Record | None:
    """After it was verified again. The certificate stays the one that was issued. None where the
    file has changed meanwhile: then that is another question."""
    proof = report.get("proof")
    raw = _read(record.path)
    if not isinstance(proof, Mapping) or hashlib.sha256(raw).hexdigest() != proof["file_sha256"]:
        return None
    judge = proof.get("judge") or proof.get("prover") or {}
    update: dict[str, Any] = {
        "again": again,
        "grade": str(report.get("grade", "unknown")),
        "code": str(proof["code_sha256"]),
        "spec": str(proof["spec_sha256"]),
        "file": str(proof["file_sha256"]),
        "synthd": str(judge.get("synthd", "")),
    }
    new = record.model_copy(update=update)
    return new.model_copy(update={"parts": _parts(new, raw)})


def about(record: Record) -> str:
    """A hash of all that a verification reads."""
    files = (Path(record.path), *map(Path, sorted(record.tests)))
    return hashlib.sha256("\n".join(map(file_sha256, files)).encode()).hexdigest()


def _parts(record: Record, raw: bytes) -> Mapping[str, str] | None:
    """Only of the very bytes that were verified."""
    try:
        now = facts(raw, record.path, record.function)
    except (Gone, RecursionError):
        return None
    if now.file == record.file or (now.code, now.spec) == (record.code, record.spec):
        return now.parts
    return None


def _prover(record: Record, name: str) -> str:
    prover = record.certificate.get("prover")
    return str(prover.get(name, "")) if isinstance(prover, Mapping) else ""


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
