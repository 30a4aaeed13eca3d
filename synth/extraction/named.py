"""The policies by the names that users type, which of them each method's paper has, and their use.

`robust` is ours and the default: for Python `first_block` of extract.py, for Rust what
rust/extract.py does. `paper` is that of the method's own reference, which is worse at reading what
small models write, but is what its figures were measured with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from synthd.synth.attempt import Extraction
from synthd.synth.extract import Extracted
from synthd.synth.extraction import policies
from synthd.synth.extraction.policies import Policy
from synthd.synth.reading import Read, Reading

EXTRACTION = "extraction"  # the hyperparameter that names one
ROBUST, PAPER = "robust", "paper"

POLICIES: Mapping[str, Policy] = {
    "longest-block": policies.longest_block,
    "last-block": policies.last_block,
    "first-or-whole": policies.first_or_whole,
    "first-or-compiles": policies.first_or_compiles,
    "every-block": policies.every_block,
    "between-fences": policies.between_fences,
    "outer-fences": policies.outer_fences,
    "until-fence": policies.until_fence,
    "whole": policies.whole,
}

NAMES = (ROBUST, PAPER, *POLICIES)

# A method that is ours, or of a paper that says nothing of it, has no line.
OF_PAPERS: Mapping[str, str] = {
    "seidr": "every-block",
    "best-of-n": "longest-block",
    "mbr": "longest-block",
    "self-repair": "longest-block",
    "multi-turn": "first-or-whole",
    "revision": "first-or-compiles",
    "beam": "first-or-compiles",
    "self-refine": "first-or-compiles",
    "self-consistency": "first-or-compiles",
    "treefinement": "between-fences",
    "s-star": "until-fence",
    "rex": "outer-fences",
    "fttt": "first-or-compiles",
    "fttt+": "first-or-compiles",
    "optune": "first-or-compiles",
}


def resolved(method: str, name: str) -> str:
    """The policy's own name, where `name` may be `paper`."""
    return OF_PAPERS.get(method, ROBUST) if name == PAPER else name


def reader(read: Read, name: str) -> Read:
    """`read` as it is for `robust`, else on what this policy finds in an answer."""
    return read if name == ROBUST else _By(POLICIES[name], read)


@dataclass(frozen=True, slots=True)
class _By:
    """What the policy takes goes on to `read` as the only block of an answer."""

    policy: Policy
    read: Read

    def every(self, text: str, cut: bool) -> tuple[Reading, ...]:
        return tuple(self._reading(found) for found in self.policy(text, cut))

    def __call__(self, text: str, cut: bool) -> tuple[str, Extraction, str]:
        first = self.every(text, cut)[0]
        return first.code, first.extraction, first.note

    def _reading(self, found: Extracted) -> Reading:
        if not found.program:
            return Reading("", found.extraction, found.note)
        cut = found.extraction is Extraction.TRUNCATED
        code, extraction, note = self.read(_fenced(found.program, closed=not cut), cut)
        return Reading(code, extraction, note, found.program)


def _fenced(program: str, *, closed: bool) -> str:
    """As a block whose mark does not occur in it."""
    mark = "`" * 3
    while mark in program:
        mark += "`"
    return f"{mark}\n{program}" + (f"\n{mark}" if closed else "")
