"""Offsets and positions, against counting by encoding."""

from hypothesis import given
from hypothesis import strategies as st

from synthd.lsp.text.positions import Point, offset_at, point_at, same_text, with_line_ends_of

CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
TEXTS = st.text(st.sampled_from("ab\n\r\x0c\u2028é€😀"), max_size=30)


@given(TEXTS, st.sampled_from(sorted(CODECS)), st.data())
def test_there_and_back(text: str, encoding: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    between = text[:offset].endswith("\r") and text[offset:].startswith("\n")
    if not between:
        assert offset_at(text, point_at(text, offset, encoding), encoding) == offset


@given(TEXTS, st.sampled_from(sorted(CODECS)))
def test_columns_count_code_units(text: str, encoding: str) -> None:
    codec, size = CODECS[encoding]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end = point_at(text, len(text), encoding)
    assert end == Point(len(lines) - 1, len(lines[-1].encode(codec)) // size)


@given(TEXTS, st.integers(0, 50), st.integers(0, 50), st.sampled_from(sorted(CODECS)))
def test_any_position_is_inside(text: str, line: int, character: int, encoding: str) -> None:
    offset = offset_at(text, Point(line, character), encoding)
    assert 0 <= offset <= len(text)
    assert point_at(text, offset, encoding).line <= line


def test_line_ends() -> None:
    assert same_text("a\r\nb\n", "a\nb\r\n")
    assert not same_text("a\n\nb", "a\nb")
    assert with_line_ends_of("a\r\nb\r\n", "x\ny\r\nz") == "x\r\ny\r\nz"
    assert with_line_ends_of("a\r\nb\n", "x\ny") == "x\ny"
    assert with_line_ends_of("a\n", "x\ny") == "x\ny"
