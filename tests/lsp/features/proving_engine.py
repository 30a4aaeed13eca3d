"""The scripted engine, which also proves: what it says of that stands under `proofs`.

{functions: [{name, line, status, message, diagnostics: [{kind, severity, message, range: [line,
column, end_line, end_column], notes: [{message, range}]}]}], diagnostics: [...], message}
"""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from synthd.lsp.verdicts import (
    FunctionProof,
    Hear,
    Inquiry,
    ProofDiagnostic,
    ProofNote,
    Proofs,
    Range,
    Verified,
)

HERE = Path(__file__).parent


def loaded(path: Path, name: str) -> Any:
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


scripted = loaded(HERE.parent / "scripted_server.py", "engine_of_features")


class ProvingEngine(scripted.ScriptedEngine):  # type: ignore[misc]
    async def verify(self, inquiry: Inquiry, hear: Hear | None = None) -> Verified:
        verified: Verified = await super().verify(inquiry)
        given = scripted.script_of(inquiry.text)["proofs"]
        functions = tuple(
            FunctionProof(**{**one, "diagnostics": told(one.get("diagnostics", []))})
            for one in given["functions"]
        )
        loose, message = told(given.get("diagnostics", [])), given.get("message", "")
        proofs = Proofs(inquiry.path, inquiry.version, functions, loose, message)
        return replace(verified, known=(), message=message, proofs=proofs)


def told(given: list[dict[str, Any]]) -> tuple[ProofDiagnostic, ...]:
    return tuple(
        ProofDiagnostic(
            one["kind"],
            one["severity"],
            one["message"],
            placed(one),
            tuple(ProofNote(note["message"], placed(note)) for note in one.get("notes", [])),
        )
        for one in given
    )


def placed(one: dict[str, Any]) -> Range | None:
    return Range(*one["range"]) if "range" in one else None
