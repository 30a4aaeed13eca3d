"""The validity rules of Treefinement and AlphaVerus as their programs have them (`--gate paper`).

They look for substrings in the whole text, so they refuse honest programs (`assume_init`, a comment
with the word, `&mut` of any type but Vec) and miss many cheats. They are here to reproduce the
papers' numbers. Each gives its own message, and the first that fails is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from synthd.synth.verifiers.verus.gate.rules import PaperVariant, Violation
from synthd.synth.verifiers.verus.report import VerusReport

_MOST_VERIFIED = 20
_SPACE = re.compile(r"\s+")
_OTHER_REFERENCE = re.compile(r"&mut(?!\s*Vec)")

Check = Callable[[str, str], str]  # (text, given text) -> the token that fails, or ""


def inspect(text: str, given: str, variant: PaperVariant) -> tuple[Violation, ...]:
    """Rules 1 to 4 and 6 to 8. given: the text before the body. At most one violation."""
    without = {3, 4, 6} if variant is PaperVariant.INFERENCE else set[int]()
    for number, check, message in _STATIC:
        if number in without:
            continue
        token = check(text, given if variant is PaperVariant.INFERENCE else "")
        if token:
            line = text.count("\n", 0, max(0, text.find(token))) + 1
            return (Violation(f"paper-{number}", token, line, message),)
    return ()


def judge(report: VerusReport, variant: PaperVariant, *, initial: bool) -> tuple[Violation, ...]:
    """Rules 5 and 9 to 11, which need what Verus said. initial: the program has no parent."""
    alone = (report.verified, report.errors) == (1, 0)
    if any("unreachable statement" in diagnostic.message for diagnostic in report.diagnostics):
        return (_said(5, "unreachable statement", "a statement can never be reached"),)
    if alone and (variant is PaperVariant.TRAINING or initial):
        return (_said(9, "1 verified, 0 errors", "only one function was verified"),)
    if report.verified == report.errors == 0:
        return (_said(10, "0 verified, 0 errors", "the program was not checked at all"),)
    if report.verified > _MOST_VERIFIED:
        return (_said(11, f"{report.verified} verified", "too many functions were verified"),)
    return ()


def _said(number: int, token: str, message: str) -> Violation:
    return Violation(f"paper-{number}", token, 1, message)


def _assume(text: str, _: str) -> str:
    return "assume" if "assume" in text else ""


def _external(text: str, _: str) -> str:
    tokens = ("#[verifier::external]", "#[verifier::external_body]")
    return next((token for token in tokens if token in text), "")


def _comments(text: str, _: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    comments = sum(line.startswith("//") for line in lines)
    return "//" if 2 * comments > len(lines) else ""


def _no_ensures(text: str, _: str) -> str:
    code = (line for line in text.splitlines() if not line.strip().startswith("//"))
    return "" if any("ensures" in line for line in code) else "ensures"


def _ensures_true(text: str, _: str) -> str:
    return "ensurestrue" if "ensurestrue" in _SPACE.sub("", text) else ""


def _empty_blocks(text: str, given: str) -> str:
    most = 2 + _SPACE.sub("", given).count("{}")
    return "{}" if _SPACE.sub("", text).count("{}") >= most else ""


def _references(text: str, _: str) -> str:
    return "&mut" if _OTHER_REFERENCE.search(text) else ""


_STATIC: tuple[tuple[int, Check, str], ...] = (
    (1, _assume, "do not use assume"),
    (2, _external, "do not exempt code from verification"),
    (3, _comments, "more than half of the lines are comments"),
    (4, _no_ensures, "there is no ensures clause"),
    (6, _ensures_true, "the postcondition is only true"),
    (7, _empty_blocks, "there are several empty blocks"),
    (8, _references, "mutable references other than to Vec are not allowed"),
)
