"""The items of a file, in order: every `fn` with the path that leads to it, and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from synthd.synth.rust.expressions import Scan, angles_end
from synthd.synth.rust.headers import Header, header
from synthd.synth.rust.nesting import Nesting
from synthd.synth.rust.token import Kind
from synthd.synth.rust.words import CLAUSES, after_modifiers, is_verus


class Sort(StrEnum):
    FUNCTION = "function"
    CONTAINER = "container"  # `mod`, `impl`, `trait`, `extern` with a block
    VERUS = "verus"  # `verus! { }`
    OTHER = "other"


class Home(StrEnum):
    """What an item stands in directly."""

    FILE = "file"  # or a module
    IMPL = "impl"
    TRAIT = "trait"
    FOREIGN = "foreign"  # `extern "C" { }`


@dataclass(frozen=True, slots=True)
class Item:
    """Indices of tokens. start: of the first word after the attributes. word: that which says
    what it is, e.g. `fn`. path: of what it stands in. opening: of a container's bracket."""

    sort: Sort
    start: int
    word: int
    end: int
    path: tuple[str, ...]
    home: Home
    in_verus: bool
    attributes: tuple[tuple[int, int], ...] = ()
    header: Header | None = None
    opening: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    end: int
    path: tuple[str, ...] = ()
    home: Home = Home.FILE
    in_verus: bool = False


def items(nesting: Nesting) -> Iterator[Item]:
    """All items of the file. A container comes before what it holds."""
    waiting: list[tuple[int, _Place]] = [(0, _Place(len(nesting.tokens)))]
    while waiting:  # a stack instead of recursion: modules can nest as deeply as they like
        at, place = waiting.pop()
        if at >= place.end:
            continue
        item, inside = _item(nesting, at, place)
        after = max(item.end if item else at + 1, at + 1)
        waiting.append((after, place))
        if item:
            yield item
        if item and inside and item.opening is not None:
            waiting.append((item.opening + 1, inside))


def _item(nesting: Nesting, at: int, place: _Place) -> tuple[Item | None, _Place | None]:
    attributes: list[tuple[int, int]] = []
    while at < place.end and nesting.text(at) == "#":
        bracket = at + 2 if nesting.text(at + 1) == "!" else at + 1
        if nesting.text(bracket) != "[":
            break
        if bracket == at + 1:
            attributes.append((at, nesting.after(bracket)))
        at = nesting.after(bracket)
    if at >= place.end:
        return None, None
    word = after_modifiers(nesting.tokens, at, place.end)
    text = nesting.text(word) if word < place.end else ""
    found = _Found(nesting, at, word, place, tuple(attributes))
    if text == "fn" and nesting.kind(word + 1) is Kind.WORD:
        return found.function(), None
    if text in ("mod", "impl", "trait"):
        return found.container()
    if text == "{" and nesting.text(at) in ("extern", "unsafe"):
        return found.holding(word, (), Home.FOREIGN)
    if (macro := _macro_bracket(nesting, word, place.end)) is not None:
        return found.macro(macro)
    return found.other(), None


@dataclass(frozen=True, slots=True)
class _Found:
    """An item whose first words were read."""

    nesting: Nesting
    start: int
    word: int
    place: _Place
    attributes: tuple[tuple[int, int], ...]

    def item(
        self, sort: Sort, end: int, head: Header | None = None, opening: int | None = None
    ) -> Item:
        place = self.place
        return Item(
            sort,
            self.start,
            self.word,
            min(end, place.end),
            place.path,
            place.home,
            place.in_verus,
            self.attributes,
            head,
            opening,
        )

    def function(self) -> Item:
        found = header(self.nesting, self.word, self.place.end)
        if found.body is not None:
            end = self.nesting.after(found.body)
        else:
            end = found.end + (self.nesting.text(found.end) == ";")
        return self.item(Sort.FUNCTION, end, found)

    def container(self) -> tuple[Item, _Place | None]:
        """`mod a {`, `impl<T> Shape for Stack<T> {`, `trait Shape: Sized {`."""
        nesting, end = self.nesting, self.place.end
        opening = _opening(nesting, self.word + 1, end)
        if opening is None or nesting.text(opening) == ";":
            return self.item(Sort.OTHER, end if opening is None else opening + 1), None
        kind = nesting.text(self.word)
        if kind == "impl":
            return self.holding(opening, _impl_path(nesting, self.word + 1, opening), Home.IMPL)
        name = nesting.text(self.word + 1).removeprefix("r#")
        return self.holding(opening, (name,), Home.FILE if kind == "mod" else Home.TRAIT)

    def holding(
        self, opening: int, names: tuple[str, ...], home: Home
    ) -> tuple[Item, _Place | None]:
        inside = _Place(
            self.nesting.closes[opening], self.place.path + names, home, self.place.in_verus
        )
        item = self.item(Sort.CONTAINER, self.nesting.after(opening), opening=opening)
        return item, inside

    def macro(self, opening: int) -> tuple[Item, _Place | None]:
        """`verus! { }` holds items; what other macros hold is theirs to say."""
        name = opening - 1
        while name > self.word and self.nesting.text(name) != "!":
            name -= 1
        end = self.nesting.after(opening)
        end += self.nesting.text(end) == ";" and end < self.place.end
        if not is_verus(self.nesting.tokens[name - 1]):
            return self.item(Sort.OTHER, end), None
        place = self.place
        inside = _Place(self.nesting.closes[opening], place.path, place.home, True)
        return self.item(Sort.VERUS, end, opening=opening), inside

    def other(self) -> Item:
        return self.item(Sort.OTHER, _other_end(self.nesting, self.word, self.place.end))


def _opening(nesting: Nesting, at: int, end: int) -> int | None:
    """The first brace or `;` that is in no other bracket, nor between `<` and `>`."""
    while at < end:
        text = nesting.text(at)
        if text in ("{", ";"):
            return at
        if text in ("<", "<<"):
            at = max(angles_end(nesting, at, end), at + 1)
        else:
            at = nesting.after(at) if nesting.kind(at) is Kind.OPEN else at + 1
    return None


def _impl_path(nesting: Nesting, at: int, end: int) -> tuple[str, ...]:
    """(Type,) or (Type, Trait)."""
    if nesting.text(at) in ("<", "<<"):
        at = angles_end(nesting, at, end)
    parts: list[list[str]] = [[]]
    while at < end and nesting.text(at) != "where":
        text = nesting.text(at)
        if text == "for":
            parts.append([])
        elif text in ("<", "<<"):
            at = max(angles_end(nesting, at, end), at + 1)
            continue
        elif text == "::" and parts[-1] and parts[-1][-1].isidentifier():
            parts[-1].pop()  # only the last name of a path is the type's
        elif text not in ("!", "const", "::"):
            parts[-1].append(text)
        at += 1
    return tuple("".join(part) for part in reversed(parts) if part)


def _macro_bracket(nesting: Nesting, at: int, end: int) -> int | None:
    """Of `a::b! {`, `macro_rules! name {`: the index of the bracket."""
    while at < end and (nesting.kind(at) is Kind.WORD or nesting.text(at) == "::"):
        at += 1
    if nesting.text(at) != "!":
        return None
    at += 1
    if nesting.kind(at) is Kind.WORD:
        at += 1
    return at if at < end and nesting.kind(at) is Kind.OPEN else None


def _other_end(nesting: Nesting, at: int, end: int) -> int:
    """After a `struct`, `use`, `const`, …: after its `;`, or its block where none is due."""
    word = nesting.text(at)
    assigned = word in ("use", "type", "static")
    while at < end:
        text = nesting.text(at)
        if text == ";":
            return at + 1
        if text == "{" and not assigned:
            return nesting.after(at)
        if text == "=":
            assigned = True
        if text in CLAUSES and nesting.kind(at) is Kind.WORD and not assigned:
            at = max(Scan(nesting, at + 1, end).run(), at + 1)
        elif text in ("<", "<<") and not assigned:
            at = max(angles_end(nesting, at, end), at + 1)
        elif text == "fn" and nesting.kind(at + 1) is Kind.WORD:
            return at
        else:
            at = nesting.after(at) if nesting.kind(at) is Kind.OPEN else at + 1
    return at
