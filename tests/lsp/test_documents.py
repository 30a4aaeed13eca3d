"""Changes in pieces leave the same text as an editor has that counts by encoding."""

from hypothesis import given
from hypothesis import strategies as st

from synthd.lsp.text.documents import Document, split
from synthd.lsp.text.positions import Point, offset_at, point_at

TEXTS = st.text(st.sampled_from("ab\n\r\x0c\x0b\x1c\u2028é€😀"), max_size=12)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def document(text: str) -> Document:
    return Document("file:///a", "/a", 1, "python", split(text))


def place(text: str, offset: int, encoding: str) -> Point:
    """As an editor counts: lines by their ends, columns by encoding what stands before."""
    head = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    codec, size = CODECS[encoding]
    line = head.rpartition("\n")[2]
    return Point(head.count("\n"), len(line.encode(codec)) // size)


def between(text: str, offset: int) -> bool:
    return text[:offset].endswith("\r") and text[offset:].startswith("\n")


@given(TEXTS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), TEXTS)), ENCODINGS)
def test_changes_in_pieces_against_the_full_text(
    text: str, changes: list[tuple[int, int, str]], encoding: str
) -> None:
    ours = document(text)
    for one, other, new in changes:
        start, end = sorted((min(one, len(text)), min(other, len(text))))
        if between(text, start) or between(text, end):
            continue  # no position names it
        ours.replace(place(text, start, encoding), place(text, end, encoding), new, encoding)
        text = text[:start] + new + text[end:]
        assert ours.text == text
        assert ours.lines == split(text)


@given(TEXTS, st.lists(st.integers(0, 9), min_size=4, max_size=4), TEXTS, ENCODINGS)
def test_any_range_is_one_of_the_text(text: str, at: list[int], new: str, encoding: str) -> None:
    ours = document(text)
    start, end = Point(at[0], at[1]), Point(at[2], at[3])
    ours.replace(start, end, new, encoding)
    low, high = sorted((offset_at(text, start, encoding), offset_at(text, end, encoding)))
    assert ours.text == text[:low] + new + text[high:]
    assert ours.lines == split(ours.text)


@given(TEXTS)
def test_lines_are_the_protocols(text: str) -> None:
    lines = split(text)
    assert "".join(lines) == text
    assert len(lines) == point_at(text, len(text), "utf-32").line + 1
    assert all(line.endswith(("\n", "\r")) for line in lines[:-1])
    assert not lines[-1].endswith(("\n", "\r"))
