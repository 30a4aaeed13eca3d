"""What a diagnostic is about, told by its code or its message.

The messages are those of Verus' sources (vir/src/def.rs, vir/src/sst_to_air.rs, vir/src/modes.rs,
vir/src/recursion.rs, rust_verify), of its parser, and of rustc. The first that fits counts.
"""

from __future__ import annotations

import re

from synthd.synth.verifiers.verus.report import Kind

_BORROW = frozenset(
    "E0373 E0381 E0382 E0384 E0499 E0502 E0503 E0505 E0506 E0507 E0508 E0509 E0510 E0515 E0521 "
    "E0594 E0596 E0597 E0621 E0626 E0700 E0712 E0713 E0716 E0744".split()
)
_MESSAGES: tuple[tuple[Kind, str], ...] = (
    (Kind.RESOURCE_LIMIT, r"Resource limit \(rlimit\) exceeded|resource limit exceeded"),
    (
        Kind.UNSUPPORTED,
        r"not (yet )?support(ed)?\b|does not (yet )?support|unsupported|"
        r"not yet implemented|[Vv]erus does not (yet )?",
    ),
    (
        Kind.OVERFLOW,
        r"^possible (arithmetic|bit shift|division|truncation|overflow|underflow)|"
        r"underflow/overflow|division by zero",
    ),
    (Kind.INVARIANT_ENTRY, r"^invariant not satisfied before loop"),
    (
        Kind.INVARIANT_END,
        r"^invariant not satisfied at (end of loop body|continue|break)|"
        r"^loop invariant not satisfied|^loop ensures not satisfied|^invariant not satisfied",
    ),
    (Kind.TERMINATION, r"\bdecreases\b|prove termination|\btermination\b"),
    (
        Kind.POSTCONDITION,
        r"^(split )?postcondition|post-condition|ensures not satisfied|"
        r"^returns clause not satisfied|unable to prove assertion safety condition",
    ),
    (
        Kind.PRECONDITION,
        r"^(split )?precondition|^requires not satisfied|"
        r"fails to satisfy `?callee\.requires|^Call to non-static function fails",
    ),
    (
        Kind.ASSERTION,
        r"^(split )?assertion (failed|failure|not satisfied)|"
        r"^expression simplifies to|assert_by_compute|^assert_bitvector_by|^bitvector ensures|"
        r"^bitvector assertion|^assertion",
    ),
    (
        Kind.MODE,
        r"\bmode (exec|proof|spec)\b|\b(exec|proof|spec|ghost)[ -](mode|code)\b|"
        r"in ghost code|\bhas mode\b|(exec|proof|spec) (function|fn)\b.*\b(exec|proof|spec)\b|"
        r"only allowed in (exec|proof|spec)|tracked variable|ghost variable",
    ),
    (
        Kind.SYNTAX,
        r"^expected\b|^unexpected\b|^un(closed|terminated|known (start|prefix|token))|"
        r"delimiter|^missing `|^this (block|file) |^This block looks|^leading &&&|literal may only|"
        r"^prefix `|^invalid suffix|^unknown prefix|^macro expansion ignores|^cannot parse|"
        r"^comparison operators cannot be chained|^character literal|^unmatched|^numeric |"
        r"^found |^incorrect |^missing (comma|condition|fn|block|parameters|angle|`)|^non-item",
    ),
    (Kind.BORROW, r"\bborrow(ed)?\b|use of moved value|cannot move out|does not live long"),
    (
        Kind.TYPE,
        r"^cannot find |mismatched types|the trait bound|^no method named|^no field|"
        r"^type annotations needed|cannot infer|^unresolved (import|name)|^use of undeclared|"
        r"^failed to resolve|types? mismatch",
    ),
)
_TABLE = tuple((kind, re.compile(pattern)) for kind, pattern in _MESSAGES)
_MISASKED = re.compile(
    r"^(could not find (function|module) |more than one match found for --verify|"
    r"--verify-function )"
)
_PROGRESS = re.compile(
    r"(check|loop|assert\w*|query)?.*has been running for \d+ second|finished in \d+ second|"
    r"^aborting due to |^\d+ warnings? emitted|^verifying (root )?module"
)
LIMITED = "not all errors may have been reported"
# What a function can lack before anything is verified at all.
_LABELLED = {"failed this postcondition": Kind.POSTCONDITION}
_LABELLED |= {"failed precondition": Kind.PRECONDITION, "assertion failed": Kind.ASSERTION}


def kind_of(message: str, code: str, labels: tuple[str, ...] = ()) -> Kind:
    """code: rustc's, as E0308, else ""."""
    if code in _BORROW:
        return Kind.BORROW
    if re.fullmatch(r"E\d{4}", code):
        return Kind.OTHER if code == "E0601" else Kind.TYPE  # E0601: no main
    first = message.split("\n", 1)[0]
    for kind, pattern in _TABLE:
        if pattern.search(first):
            return kind
    return next((_LABELLED[label] for label in labels if label in _LABELLED), Kind.OTHER)


def is_misasked(message: str) -> bool:
    """It is about the command line (the function to verify), not about the program."""
    return _MISASKED.search(message) is not None


def is_progress(message: str) -> bool:
    """It says nothing about the program: a total, or that a check takes its time."""
    return _PROGRESS.search(message.split("\n", 1)[0]) is not None
