"""Which of PSB2's rows steer a search, and which of these a prompt shows: as SEIDR chooses them.

SEIDR's 50 validation rows are what PyPI's `psb2` gives for 50 training rows: all edge cases, then
random ones. Here the random ones are the first of the data's `train` split, so that everybody has
the same 50. A row that is there twice counts once. Five of them are shown, as in SEIDR's prompts:
short ones, spread over the 50. The 2,000 rows of the `test` split are held out; where a problem has
few inputs some of these are among the 50 by chance, as in the original.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from synthd.synth.suites.psb2_data import Case, PsbProblem, read_parts
from synthd.synth.suites.task import Part

VISIBLE = 50
SHOWN = 5
HELD_OUT = 2000
_SHORT = 150

VERSION = "PSB2 1.0.0 (Zenodo 5084812), a fixed sample of its random rows"
IN_WORDS = (
    f"{VISIBLE} rows, as in SEIDR: all edge cases, then the first of the training split; "
    f"{SHOWN} of them are shown"
)
HELD_OUT_IN_WORDS = f"the {HELD_OUT:,} rows of the test split"


@dataclass(frozen=True, slots=True)
class Split:
    """The same problem twice: with the rows that steer, and with those that score."""

    visible: PsbProblem
    held_out: PsbProblem


@dataclass(frozen=True, slots=True)
class Read:
    sha256: str
    problems: tuple[Split, ...]


def load(data: Path) -> Read:
    """Raises SuiteError."""
    seen, unseen = read_parts(data, Part.VISIBLE, Part.HELD_OUT)
    return Read(seen.sha256, tuple(_splits(seen.problems, unseen.problems)))


def _splits(seen: tuple[PsbProblem, ...], unseen: tuple[PsbProblem, ...]) -> Iterator[Split]:
    for visible, held_out in zip(seen, unseen, strict=True):
        rows = visible.cases[:VISIBLE]  # edge cases come first in the data, each row once
        shown = _shown(rows)
        yield Split(replace(visible, cases=rows, examples=shown), replace(held_out, examples=shown))


def _shown(rows: tuple[Case, ...]) -> tuple[Case, ...]:
    short = [row for row in rows if len(repr(row)) <= _SHORT] or list(rows)
    number = min(SHOWN, len(short))
    return tuple(short[len(short) * (2 * at + 1) // (2 * number)] for at in range(number))
