"""Verus for a session's buffers: the session's verifying worker asks it, as it runs examples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from synthd.daemon.sessions.verifier import NEWER
from synthd.lsp.verdicts import Inquiry, Proofs, Verified

Verify = Callable[[Inquiry], Awaitable[Verified]]


async def prove(verify: Verify, inquiry: Inquiry) -> Proofs | None:
    """See ProofEngine.verify_rust. verify: of the session (verifier.py)."""
    verified = await verify(inquiry)
    if verified.proofs is None and verified.message != NEWER:
        return Proofs(inquiry.path, inquiry.version, message=verified.message)
    return verified.proofs
