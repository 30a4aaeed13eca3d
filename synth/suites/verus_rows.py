"""Collections of Verus programs: Verus-Bench, and the finished tasks of HumanEval-Verus.

What a version of Verus says of their own solutions is recorded in verus_left_out.tsv: tasks whose
solution it does not verify cannot be solved as they are, and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# The first line of every task of Verus-Bench: it was made for a Verus that demanded no `decreases`
# of loops. It stands in the input, so that no candidate has to add it, or may.
NO_DECREASES = "#![verifier::exec_allows_no_decreases_clause]\n"
LEFT_OUT = Path(__file__).with_name("verus_left_out.tsv")


@dataclass(frozen=True, slots=True)
class ProofTask:
    """text: the file as it is given. solution: the reference's whole file. targets: the paths of
    the functions to prove, in the order of the file. keeps_code: the code stands there already, and
    only its proof is to be written."""

    id: str
    text: str
    solution: str
    targets: tuple[str, ...]
    keeps_code: bool


@dataclass(frozen=True, slots=True)
class Without:
    id: str
    why: str


@dataclass(frozen=True, slots=True)
class ProofSuite:
    name: str
    title: str
    licence: str
    version: str
    tasks: tuple[ProofTask, ...]
    left_out: tuple[Without, ...]
    sha256: str
    source: Path


def left_out(suite: str, path: Path = LEFT_OUT) -> dict[str, str]:
    """Reasons by id."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {row[1]: row[2] for row in rows if row[0] == suite}


def recorded_version(path: Path = LEFT_OUT) -> str:
    """Of the Verus that the file was measured with."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("# Verus ") for line in lines if line.startswith("# Verus "))
