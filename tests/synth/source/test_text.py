import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthd.synth.source.errors import UnreadableSource
from synthd.synth.source.text import SourceText


@pytest.mark.parametrize(
    ("raw", "encoding", "inside"),
    [
        (b"x = 1\n", "utf-8", "x = 1"),
        ("x = 'é'\n".encode(), "utf-8", "é"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "iso-8859-1", "é"),
        (b"#!/usr/bin/python\r# vim: fileencoding=cp1252\rx = '\x80'\r", "cp1252", "€"),
        (b"\xef\xbb\xbfx = '\xc3\xa9'\r\n", "utf-8", "é"),
    ],
)
def test_bytes_survive(raw: bytes, encoding: str, inside: str) -> None:
    source = SourceText.from_bytes(raw)
    assert source.encoding == encoding
    assert inside in source.text
    assert source.text.encode(source.encoding) == raw
    assert source.byte(len(source.text)) == len(raw)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"x = 1\ny = '\xe9'\n", "file.py:2.*0xe9 is not valid utf-8"),
        (b"# coding: martian\n", "martian"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "latin-1|utf-8"),
    ],
)
def test_unreadable_files_say_why(raw: bytes, says: str) -> None:
    with pytest.raises(UnreadableSource, match=says):
        SourceText.from_bytes(raw, "file.py")


def test_a_lone_surrogate_in_a_buffer_is_an_error() -> None:
    with pytest.raises(UnreadableSource, match="surrogate"):
        SourceText.from_text("x = 1\ny = '\ud800'\n")


def test_a_buffer_that_its_cookie_cannot_hold_is_kept_as_utf8() -> None:
    assert SourceText.from_text("# coding: latin-1\nx = '→'\n").encoding == "utf-8"


def test_the_line_end_around_a_function_decides_in_a_mixed_file() -> None:
    source = SourceText.from_bytes(b"a\nb\nc\nd\r\ne\r\n")
    assert source.newline == "\n"
    assert source.newline_at(6, 11) == "\r\n"


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40))
def test_offsets_agree(text: str) -> None:
    source = SourceText.from_text(text)
    for offset in range(len(text) + 1):
        assert source.byte(offset) == len(text[:offset].encode(source.encoding))
        assert source.char(len(text[:offset].encode())) == offset
        start, end = source.lines[source.line_of(offset) - 1]
        assert start <= offset <= end + 1
