"""The first place where two programs differ."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.rust.functions import RustFile
from synthd.synth.rust.items import Item, Sort


@dataclass(frozen=True, slots=True)
class Difference:
    """line: 1-based, in the changed program. expected and got: one token or a few, "" where there
    is none. where: the function or item that it is in, in words."""

    line: int
    expected: str
    got: str
    where: str

    def __str__(self) -> str:
        expected = f"`{self.expected}`" if self.expected else "nothing"
        got = f"`{self.got}`" if self.got else "nothing"
        return f"line {self.line}, in {self.where}: {expected} expected, {got} found"


def place(file: RustFile, index: int) -> str:
    """What the token at this index stands in: the innermost item."""
    inside = [item for item in file.items if item.start <= index < item.end]
    return named(file, inside[-1]) if inside else "the file"


def named(file: RustFile, item: Item) -> str:
    if item.header is not None:
        return f"`{'::'.join((*item.path, item.header.name))}`"
    if item.sort is Sort.VERUS:
        return "`verus!`"
    texts = [file.nesting.text(index) for index in range(item.word, min(item.word + 2, item.end))]
    return f"`{' '.join(texts)}`"
