"""The command line of one verification, with what that version of Verus knows."""

from __future__ import annotations

from collections.abc import Sequence

from synthd.sandbox.verus.found import Installation
from synthd.sandbox.verus.run import JSON_FLAGS, VerusLimits
from synthd.sandbox.verus.view import Order

PROGRAM = "program.rs"  # what the places of diagnostics call it


def flags(
    installation: Installation,
    limits: VerusLimits,
    *,
    rlimit: float | None = None,
    seed: int | None = None,
    only: Sequence[str] = (),
    library: bool = False,
    no_cheating: bool = False,
) -> tuple[str, ...]:
    """only: the flags that choose a function. library: the program has no `main`.
    no_cheating: assumptions are errors, in versions that know the flag."""
    words = [*JSON_FLAGS, "--time"]
    words += ["--multiple-errors", str(limits.multiple_errors)]
    words += ["--rlimit", f"{limits.rlimit if rlimit is None else rlimit:g}"]
    words += ["--num-threads", str(limits.threads)]
    if installation.knows("--no-report-long-running"):
        words.append("--no-report-long-running")
    if no_cheating and installation.knows("--no-cheating"):
        words.append("--no-cheating")
    if seed is not None:
        words += ["--smt-option", f"smt.random_seed={seed}"]
    words += ["--crate-type=lib"] if library else []
    return (*words, *only)


def order(installation: Installation, words: Sequence[str]) -> Order:
    return Order(
        (str(installation.program), PROGRAM, *words),
        installation.folders,
        installation.environment,
    )
