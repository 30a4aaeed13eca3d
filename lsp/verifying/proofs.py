"""What Verus says of a buffer, by function."""

from __future__ import annotations

import time

from synthd.lsp.text.functions import Sight
from synthd.lsp.verdicts import Failing, FunctionProof, Known, Proofs, Standing
from synthd.synth.source.outlined import Outlined

_STANDING = {
    "proved": Standing.VERIFIED,
    "refuted": Standing.FAILED,
    "unknown": Standing.UNKNOWN,
}


def of_proofs(sight: Sight, proofs: Proofs) -> list[Known]:
    lines = {one.line: one for one in sight.functions}
    now = time.time()
    return [
        _known(function, proof, standing, now)
        for proof in proofs.functions
        if (function := lines.get(proof.line)) and (standing := _STANDING.get(proof.status))
    ]


def _known(function: Outlined, proof: FunctionProof, standing: Standing, now: float) -> Known:
    failing = tuple(
        Failing(one.kind, "fail", one.message, one.range.line if one.range else None)
        for one in proof.diagnostics
        if one.severity == "error"
    )
    good = standing is Standing.VERIFIED
    return Known(
        function.name,
        function.line,
        standing,
        grade="proved" if good else "unknown",
        at=now,
        why="" if good else proof.message,
        failing=failing if standing is Standing.FAILED else (),
    )
