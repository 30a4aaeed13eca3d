"""The final answer within what a model says, and how it was found.

What is marked as the answer comes first: `#### 18`, `\\boxed{18}`, "the answer is 18". Where
nothing is, the last number of the text (Kind.NUMBER), or its last formula or only line
(Kind.LATEX), is taken, unless the text was cut off: then that is one on the way. An answer that was
found by guessing is one all the same, as in lm-evaluation-harness' `flexible-extract`; `how` tells.

Only looks at text: nothing is evaluated, and the time is linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from synthd.synth.answers import numbers
from synthd.synth.suites.questions import Kind

# Of a longer text only the end is read: the answer comes last.
LONGEST = 50_000
# A longer answer is none; nor is a longer line that nothing marks as one.
LONGEST_ANSWER = 500
LONGEST_LINE = 120


class How(StrEnum):
    HASHES = "####"
    BOXED = "\\boxed{}"
    SAID = "the answer is"
    FORMULA = "the last formula"
    LINE = "the only line"
    NUMBER = "the last number"
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Found:
    """text: the answer as it was written, "" where there is none."""

    text: str
    how: How

    @property
    def marked(self) -> bool:
        return self.how in (How.HASHES, How.BOXED, How.SAID)


NONE = Found("", How.NOTHING)

_HASHES = re.compile(r"^[ \t>*]*####[ \t]*(?:(?:final )?answer[ \t]*[:=]?)?(.*)$", re.I | re.M)
_BOXED = re.compile(r"\\(?:boxed|fbox)[ \t]*(?:\{|(?=[\w\\$-]))")
_SAID = re.compile(
    r"\banswer\b[ \t*_]{0,4}(?:(?:to|for) [^.:\n]{0,80}?[ \t*_]{0,4})?"
    r"(?:is|are|=|:|would be|comes to)[ \t*_:]{0,6}\n{0,2}[ \t]{0,8}(?:equal to |thus )?([^\n]+)",
    re.I,
)
_DIGITS = re.compile(
    r"(?<![\w.,])[-\u2212]?[ ]?\\?[$\u20ac\u00a3]?[ ]?[-\u2212]?"
    r"(?:\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[ ]?/[ ]?\d+)?(?![\w/])"
)
_FORMULA = re.compile(
    r"\$\$(.{1,500}?)\$\$|(?<!\\)\$([^$\n]{1,500}?)(?<!\\)\$"
    r"|\\\[(.{1,500}?)\\\]|\\\((.{1,500}?)\\\)",
    re.S,
)
# Where a sentence goes on after the answer that it gave.
_END = re.compile(
    r"(?<=[^\d\s])[.!](?:\s|$)|(?<=\d)\.(?:\s|$)|[;!](?:\s|$)|,?\s(?:since|because|as|so)\b"
)
# An answer, where the same mark may head a section.
_FORMAL = re.compile(r"[\d\\]")
# Of very many marks the last ones.
_MOST = 50


def answer_in(text: str, kind: Kind, *, cut: bool = False) -> Found:
    """cut: the text was ended by a limit of tokens."""
    text = text[-LONGEST:]
    found = _number(text, cut) if kind is Kind.NUMBER else _latex(text, cut)
    return found if 0 < len(found.text) <= LONGEST_ANSWER else NONE


def _number(text: str, cut: bool) -> Found:
    for marks in (_hashes(text), _boxed(text), _said(text)):
        for how, marked in marks:
            if numbers.value(marked) is not None:
                return Found(marked, how)
            if how is not How.HASHES and (one := _number_of(marked)):
                return Found(one, how)
    last = "" if cut else _last_number(text)
    return Found(last, How.NUMBER) if last else NONE


def _latex(text: str, cut: bool) -> Found:
    for marks in (_boxed(text), _said(text), _hashes(text)):
        for how, marked in marks:
            if how is not How.HASHES or (len(marked) <= LONGEST_LINE and _FORMAL.search(marked)):
                return Found(marked, how)
    if cut:
        return NONE
    lines = text.strip().splitlines()
    if len(lines) == 1 and len(lines[0]) <= LONGEST_LINE and not _prose(lines[0]):
        return Found(_bare(lines[0]), How.LINE)
    formulas = [next(filter(None, groups)) for groups in _FORMULA.findall(text)]
    if formulas:
        return Found(_bare(formulas[-1]), How.FORMULA)
    last = _last_number(text)
    return Found(last, How.NUMBER) if last else NONE


# Each gives the last one first.
def _hashes(text: str) -> Iterator[tuple[How, str]]:
    for found in reversed(list(_HASHES.finditer(text))[-_MOST:]):
        if line := _bare(found[1]):
            yield How.HASHES, line


def _boxed(text: str) -> Iterator[tuple[How, str]]:
    for found in reversed(list(boxes(text))):
        if found.strip():
            yield How.BOXED, found.strip()


def _said(text: str) -> Iterator[tuple[How, str]]:
    for found in reversed(list(_SAID.finditer(text))[-_MOST:]):
        if line := _sentence(found[1]):
            yield How.SAID, line


def boxes(text: str) -> Iterator[str]:
    """What stands in each `\\boxed{…}`, whose braces may nest; `\\boxed 5` is one, too."""
    for opening in list(_BOXED.finditer(text))[-_MOST:]:
        if not opening[0].endswith("{"):
            yield re.split(r"[\s$.,]", text[opening.end() :].lstrip(), maxsplit=1)[0]
            continue
        inside = _braced(text, opening.end())
        if inside is not None:
            yield inside


def _braced(text: str, start: int) -> str | None:
    """Up to the brace that closes the one before start; None where nothing does."""
    depth, place = 1, start
    end = min(len(text), start + 2 * LONGEST_ANSWER)
    while place < end:
        letter = text[place]
        if letter == "\\":
            place += 1
        elif letter in "{}":
            depth += 1 if letter == "{" else -1
            if not depth:
                return text[start:place]
        place += 1
    return None


def _number_of(answer: str) -> str:
    """The number in words that give the answer: `3 + 5 = 8`, `18 dollars a day, not 20`."""
    head, equals, tail = answer.rpartition("=")
    for part in (tail if equals else answer, head):
        found = [match[0].strip() for match in _DIGITS.finditer(part)]
        if one := next((n for n in found if numbers.value(n) is not None), ""):
            return one
    return ""


def _last_number(text: str) -> str:
    found = [match[0].strip() for match in _DIGITS.finditer(text)]
    return next((one for one in reversed(found) if numbers.value(one) is not None), "")


def _sentence(text: str) -> str:
    """The answer that a sentence begins with: a formula, or all up to the sentence's end."""
    text = text.strip().lstrip("*_:").strip()
    if formula := _FORMULA.match(text):
        return str(next(filter(None, formula.groups()))).strip()
    ending = _END.search(text)
    return _bare(text[: ending.start()] if ending else text)


def _bare(text: str) -> str:
    text = text.strip().strip("*_`").strip()
    for mark in ("$$", "$"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            inside = text[len(mark) : -len(mark)]
            if "$" not in inside:
                text = inside.strip()
    return text.removesuffix(".").strip()


def _prose(line: str) -> bool:
    """Whether it is a sentence rather than an answer: several words outside of `\\text{…}`."""
    plain = re.sub(r"\\[a-zA-Z]+(?:\{[^{}]*\})?", " ", line)
    return len(re.findall(r"[A-Za-z]{3,}", plain)) > 3
