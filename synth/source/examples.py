"""The checks that a docstring states: doctests, and lines such as `f(1) -> 2`."""

from __future__ import annotations

import doctest
import re
from dataclasses import dataclass

from synthd.synth.problem import Doctest, Example
from synthd.synth.source import python
from synthd.synth.source.arrows import BUILTINS, Callee, Refusal, read
from synthd.synth.source.docstring import Docstring
from synthd.synth.source.errors import ExampleError
from synthd.synth.source.function import Kind, Target
from synthd.synth.source.names import module_names
from synthd.synth.source.text import SourceText

_PROMPT = re.compile(r"^(\s*)(>>>|\.\.\.)(?=[^\s.>])")
_BLAME = re.compile(r"^line \d+ of the docstring for \S+ ")
_LONGEST_CALL = 12  # lines


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A line that looks like an example and is not used as one."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Stated:
    """In the order of the docstring."""

    checks: tuple[Doctest | Example, ...]
    unparsed: tuple[Unparsed, ...]

    @property
    def calls(self) -> int:
        """How many checks compare something; set-up statements do not."""
        return sum(isinstance(c, Example) or bool(c.want) for c in self.checks)


def examples(source: SourceText, target: Target) -> Stated:
    """What the target's docstring says that it returns."""
    if target.docstring is None:
        return Stated((), ())
    called = callee(source, target)
    doctests, refused, used = _doctests(target.docstring, called)
    pairs, unread = _arrows(target.docstring, called, used)
    checks = sorted([*doctests, *pairs], key=lambda check: check.line or 0)
    unparsed = sorted([*refused, *unread], key=lambda one: one.line)
    return Stated(tuple(checks), tuple(unparsed))


def callee(source: SourceText, target: Target) -> Callee:
    """How examples call the target, and which names they may use."""
    return Callee(
        target.name,
        target.classes,
        BUILTINS | module_names(source),
        attribute=target.kind is Kind.PROPERTY,
    )


def parse_example(text: str, target: Callee) -> Example:
    """One example of the command line. Raises ExampleError."""
    found = read(text, target)
    shape = f"write it as '{target.form} == value'"
    if found is None or found == []:
        raise ExampleError(f"--example {text!r} is not an example; {shape}")
    if isinstance(found, Refusal):
        raise ExampleError(f"--example {text!r}: {found.why}; {shape}")
    if len(found) > 1 or found[0].rest.strip():
        raise ExampleError(f"--example {text!r} says more than one thing; {shape}")
    pair = found[0]
    return Example(f"example:{pair.call}", pair.call, pair.expected, None, pair.exact)


def _doctests(
    doc: Docstring, target: Callee
) -> tuple[list[Doctest | Example], list[Unparsed], set[int]]:
    """Also the lines (of the docstring's value) that they take."""
    checks: list[Doctest | Example] = []
    refused: list[Unparsed] = []
    used: set[int] = set()
    for first, block in _blocks(doc.value.expandtabs()):
        rows = block.split("\n")
        try:
            parsed = doctest.DocTestParser().get_examples(block)
        except ValueError as error:
            line = next(i for i, row in enumerate(rows) if ">>>" in row)
            used.update(range(first, first + len(rows)))
            why = f"not a valid doctest: {_BLAME.sub('', str(error))}"
            refused.append(Unparsed(doc.lines[first + line], rows[line].strip(), why))
            continue
        for one in parsed:
            row = first + one.lineno
            used.update(range(row, row + one.source.count("\n") + one.want.count("\n")))
            if not one.options.get(doctest.SKIP):
                found = _doctest(one, doc.lines[row], target)
                (refused if isinstance(found, Unparsed) else checks).append(found)  # type: ignore[arg-type]
    return checks, refused, used


def _doctest(one: doctest.Example, line: int, target: Callee) -> Doctest | Example | Unparsed:
    """`>>> f(1) == 2` with nothing below it is meant as an example: doctest itself would want
    the output "True" there."""
    if not one.want:
        pairs = read(one.source, target)
        if isinstance(pairs, list) and len(pairs) == 1:
            (pair,) = pairs
            return Example(f"example:{line}", pair.call, pair.expected, line, pair.exact)
    try:
        python.parse(one.source)
    except python.Unparsable as error:
        return Unparsed(line, one.source.strip(), str(error))
    return Doctest(f"doctest:{line}", one.source, one.want, line)


def _blocks(text: str) -> list[tuple[int, str]]:
    """Pieces that doctest can parse: the whole, or each statement alone where one is wrong."""
    rows = [_PROMPT.sub(r"\1\2 ", row) for row in text.split("\n")]
    whole = "\n".join(rows)
    try:
        doctest.DocTestParser().get_examples(whole)
        return [(0, whole)]
    except ValueError:
        pass
    blocks: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows):
        if not blocks or not row.strip() or row.lstrip().startswith(">>>"):
            blocks.append((number, []))
        blocks[-1][1].append(row)
    return [(first, "\n".join(block)) for first, block in blocks]


def _arrows(doc: Docstring, target: Callee, used: set[int]) -> tuple[list[Example], list[Unparsed]]:
    found: list[Example] = []
    unread: list[Unparsed] = []
    rows = doc.value.expandtabs().split("\n")
    recursive = False  # `f(n) = f(n - 1) + …` says that `f(1) = 3` is a part of a formula
    defined: list[int] = []
    row = 0
    while row < len(rows):
        text, taken = _logical(rows, row, used)
        line = doc.lines[row]
        pairs = read(text, target) if row not in used and text.strip() else None
        row += taken
        if isinstance(pairs, Refusal):
            unread.append(Unparsed(line, " ".join(text.split()), pairs.why))
            recursive |= bool(re.search(r"[^=<>!-]=[^=>]", text))
            continue
        for number, pair in enumerate(pairs or []):
            defined += [line] if pair.definition else []
            suffix = f".{number + 1}" if number else ""
            found.append(
                Example(f"example:{line}{suffix}", pair.call, pair.expected, line, pair.exact)
            )
    if recursive:
        found = [one for one in found if one.line not in defined]
    return found, unread


def _logical(rows: list[str], row: int, used: set[int]) -> tuple[str, int]:
    """A line, joined with the next ones while a bracket of a call is open."""
    text = rows[row]
    if not re.search(r"\w\(", text):
        return text, 1
    for taken in range(1, _LONGEST_CALL):
        if _closed(text):
            return text, taken
        following = row + taken
        if following >= len(rows) or following in used or not rows[following].strip():
            break
        text += " " + rows[following].strip()
    return rows[row], 1


def _closed(text: str) -> bool:
    """Whether brackets balance, strings left aside."""
    bare = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", "", text)
    return sum(map(bare.count, "([{")) <= sum(map(bare.count, ")]}"))
