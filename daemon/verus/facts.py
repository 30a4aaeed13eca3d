"""The facts that a proof is kept with: which bytes, which Verus, which limits, on what it rests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version

from synthd.daemon.certificate import text_sha256
from synthd.daemon.verus.wire import Proof, ProverFacts, TrustReport
from synthd.sandbox.limits import MIB
from synthd.synth.rust.function import RustFunction
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.gate.rules import Rules
from synthd.synth.verifiers.verus.probes import Found, Probed
from synthd.synth.verifiers.verus.trust import Trust
from synthd.synth.verifiers.verus.verifier import SECOND_SEED

OWN_SEED = 0  # the solver's, where none is asked for


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a proof was found to rest on. stable: it holds under the second seed, too."""

    stable: bool = False
    probed: tuple[Probed, ...] = ()
    trusts: tuple[Trust, ...] = ()
    isolation: str = ""

    @property
    def probes(self) -> list[str]:
        """Each with what it found; the contract's own as "preconditions"."""
        return [str(one) for one in self.probed]

    @property
    def contradictory(self) -> bool:
        return any(one.found is Found.VACUOUS for one in self.probed)


def prover_facts(checker: Checker, rules: Rules, grounds: Grounds, *, proved: bool) -> ProverFacts:
    build, limits = checker.installation.build, checker.limits
    seeds = [OWN_SEED, SECOND_SEED] if grounds.stable else [OWN_SEED]
    return ProverFacts(
        synthd=version("synthd"),
        verus=build.version,
        toolchain=build.toolchain,
        commit=build.commit,
        isolation=grounds.isolation,
        rlimit=limits.rlimit,
        wall_seconds=limits.wall_seconds,
        memory_mb=limits.memory_bytes // MIB,
        seeds=seeds if proved else [],
        gate=rules.gate,
        probes=grounds.probes,
        trusts=[TrustReport.of(trust) for trust in grounds.trusts],
        program=str(checker.installation.program),
    )


def proof(text: str, raw: bytes, function: RustFunction, prover: ProverFacts) -> Proof:
    """function: found in the text."""
    return Proof(
        code_sha256=text_sha256(function.whole.of(text)),
        spec_sha256=text_sha256(function.header.of(text)),
        file_sha256=hashlib.sha256(raw).hexdigest(),
        prover=prover,
    )


def things(number: int) -> str:
    return "one thing" if number == 1 else f"{number} things"


def labels(trusts: Iterable[Trust]) -> list[str]:
    return list(dict.fromkeys(trust.label for trust in trusts))
