"""What is known of the functions of one open document.

Whatever is known was said of a function's own text, and is shown only as long as that is the same;
what was found out by running counts as long as all that it names in its file is the same, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from synthd.lsp.text.functions import Sight
from synthd.lsp.verdicts import Known, Proofs, Standing
from synthd.lsp.verifying.standings import Kept, Shown, State, newest, standing, untold
from synthd.synth.source.outlined import Key, Outlined


@dataclass(slots=True)
class Findings:
    """certified: by certificates; ran: by running, here. were: names of functions that have been
    verified. turns: of those that are being verified, or wait for it. said: why the last
    run found out nothing."""

    certified: dict[Key, Kept] = field(default_factory=dict)
    ran: dict[Key, Kept] = field(default_factory=dict)
    turns: Mapping[Key, State] = field(default_factory=dict)
    said: str = ""
    _were: set[str] = field(default_factory=set)
    _proofs: tuple[str, Proofs] | None = None  # of a text

    def shown(self, function: Outlined, now: float, *, rust: bool) -> Shown:
        if function.stub:
            return untold(function, rust)
        shown = self._standing(function, now, rust)
        turn = self.turns.get(function.key)
        return shown.meanwhile(turn) if turn else shown

    def _standing(self, function: Outlined, now: float, rust: bool) -> Shown:
        kept = newest(self.certified.get(function.key), self.ran.get(function.key))
        if kept is not None:
            return standing(function, kept.now(function), now, rust)
        if function.name in self._were:
            stale = Known(function.name, function.line, Standing.STALE)
            return standing(function, stale, now, rust)
        shown = untold(function, rust)
        return shown.because(self.said) if self.said else shown

    def proofs(self, sight: Sight) -> Proofs | None:
        """What Verus says of this very text."""
        if self._proofs is None or self._proofs[0] != sight.buffer.text:
            return None
        return self._proofs[1]

    def certify(self, sight: Sight, found: Iterable[Known]) -> bool:
        """Whether that says anything new."""
        before, self.certified = self.certified, _kept(sight, found, {})
        self._were |= {
            one.known.function
            for one in self.certified.values()
            if one.known.standing in (Standing.VERIFIED, Standing.STALE)
        }
        return before != self.certified

    def prove(self, sight: Sight, proofs: Proofs) -> None:
        self._proofs = (sight.buffer.text, proofs)

    def run(self, sight: Sight, found: Iterable[Known], rests: Mapping[Key, int]) -> None:
        """rests: a number for what each function rests on (Functions.rests)."""
        fresh = _kept(sight, found, rests)
        self.ran = {**self.ran, **fresh}
        good = (one.known for one in fresh.values())
        self._were |= {one.function for one in good if one.standing is Standing.VERIFIED}

    def forget(self, rests: Mapping[Key, int]) -> None:
        """What was found out of functions that are gone, or that now name something else."""
        self.ran = {key: one for key, one in self.ran.items() if (key, one.rest) in rests.items()}
        self._were &= {name for name, _ in rests}


def _kept(sight: Sight, found: Iterable[Known], rests: Mapping[Key, int]) -> dict[Key, Kept]:
    """By the text that each is about: a function's that stands where it says."""
    lines = {(one.name, one.line): one for one in sight.functions}
    return {
        function.key: Kept(one, function.first, rests.get(function.key, 0))
        for one in found
        if (function := lines.get((one.function, one.line))) is not None
    }
