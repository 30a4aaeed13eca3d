"""What a program that a prover judged is worth to the search (AlphaVerus, arXiv 2412.06176)."""

from __future__ import annotations

from synthd.synth.attempt import ProofCounts

# Of what is not to be refined: nothing was verified at all, or it cheats.
INVALID = -1.0


def value(proof: ProofCounts, error_penalty: float = 0.1, note_penalty: float = 0.04) -> float:
    """v = n_v/N - (error_penalty·E + note_penalty·W)/N, N = n_v + n_e; at most 1.

    n_v, n_e: obligations that hold and that fail; E, W: diagnostics of the levels error and note.
    Without a failing obligation it is 1 and diagnostics do not count; where nothing was verified
    nor refuted (it does not parse or type-check, or time was up), it is INVALID.
    What no error shows, that a proof is vacuous, the verifier's verdict says, not this number.
    """
    obligations = proof.verified + proof.errors
    if obligations <= 0:
        return INVALID
    if not proof.errors:
        return 1.0
    penalty = error_penalty * proof.diagnostics + note_penalty * proof.notes
    return (proof.verified - penalty) / obligations
