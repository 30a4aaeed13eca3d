"""Repairs of proofs that the user lets synthd remember, and AlphaVerus' collection of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.exits import BadInput
from synthd.daemon.settings import Settings
from synthd.synth.attempt import Attempt
from synthd.synth.proving.exemplars import Fix, harvest
from synthd.synth.store import exemplars


@dataclass(frozen=True, slots=True)
class Memory:
    """fixes: known from before. folder: where new ones go; None: nothing is kept."""

    fixes: tuple[Fix, ...] = ()
    folder: Path | None = None
    skipped: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings, *, learning: bool) -> Memory:
        """learning: False where the search is to be repeatable. Raises BadInput."""
        fixes: list[Fix] = []
        skipped: list[str] = []
        folder = Path(settings.keep_exemplars).expanduser() if settings.keep_exemplars else None
        try:
            if folder is not None:
                loaded = exemplars.load(folder)
                fixes += loaded.fixes
                skipped += loaded.skipped
            if settings.alphaverus:
                learned = exemplars.alphaverus(Path(settings.alphaverus).expanduser())
                fixes += learned.fixes
                skipped += learned.skipped[:3]
        except exemplars.NoExemplars as error:
            raise BadInput(f"alphaverus: {error}") from None
        except OSError as error:
            raise BadInput(f"repairs cannot be read: {error.filename}: {error.strerror}") from None
        return cls(tuple(fixes), folder if learning else None, tuple(skipped))

    def learn(self, best: Attempt, head: str) -> tuple[int, str]:
        """How many repairs were added, and why they could not be."""
        if self.folder is None:
            return 0, ""
        try:
            return exemplars.add(self.folder, harvest(best, head)), ""
        except OSError as error:
            return 0, f"repairs are not kept in {self.folder}: {error.strerror}"
