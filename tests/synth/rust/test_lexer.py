"""The lexer: every token as rustc sees it, and no text that it cannot read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.rust.lexer import lex, meaningful, plain
from synthd.synth.rust.token import Kind


def texts(text: str) -> list[str]:
    return [token.text for token in meaningful(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("'a", Kind.LIFETIME),
        ("'static", Kind.LIFETIME),
        ("'_", Kind.LIFETIME),
        ("'r#type", Kind.LIFETIME),
        ("'a'", Kind.CHARACTER),
        ("'''", Kind.CHARACTER),
        (r"'\''", Kind.CHARACTER),
        (r"'\\'", Kind.CHARACTER),
        (r"'\u{1F600}'", Kind.CHARACTER),
        ("'/'", Kind.CHARACTER),
        ("'{'", Kind.CHARACTER),
        ("'é'", Kind.CHARACTER),
        ("'e\u0301'", Kind.CHARACTER),
        ("b'x'", Kind.CHARACTER),
        (r"b'\''", Kind.CHARACTER),
        ('""', Kind.STRING),
        (r'"a\"b\\"', Kind.STRING),
        ('"two\nlines"', Kind.STRING),
        (r'r"\"', Kind.STRING),
        ('r#"a"b"#', Kind.STRING),
        ('r##"a"#b"##', Kind.STRING),
        ('br#"a"#', Kind.STRING),
        ('b"a"', Kind.STRING),
        ('c"a"', Kind.STRING),
        ('cr#"a"#', Kind.STRING),
        ('"a"suffix', Kind.STRING),
        ("r#type", Kind.WORD),
        ("été", Kind.WORD),
        ("_", Kind.WORD),
        ("0xFF_u8", Kind.NUMBER),
        ("0b1010", Kind.NUMBER),
        ("1_000u64", Kind.NUMBER),
        ("1.5e-3f64", Kind.NUMBER),
        ("2.", Kind.NUMBER),
        ("1e10", Kind.NUMBER),
        ("// a /* b", Kind.COMMENT),
        ("/// doc", Kind.COMMENT),
        ("/* a /* b */ c */", Kind.COMMENT),
        ("/**/", Kind.COMMENT),
        ('"open', Kind.BROKEN),
        ('r#"open"', Kind.BROKEN),
        ("/* open /* */", Kind.BROKEN),
        ("'(", Kind.BROKEN),
        ("☃", Kind.BROKEN),
        ("\\", Kind.BROKEN),
        ("\ufeff", Kind.SPACE),
        ("#!/usr/bin/env verus", Kind.COMMENT),
    ],
)
def test_one_token(text: str, kind: Kind) -> None:
    assert [(token.kind, token.text) for token in lex(text)] == [(kind, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1..2", ["1", "..", "2"]),
        ("0..=n", ["0", "..=", "n"]),
        ("t.0.1", ["t", ".", "0", ".", "1"]),
        ("1.max(2)", ["1", ".", "max", "(", "2", ")"]),
        ("a==>b<==>c", ["a", "==>", "b", "<==>", "c"]),
        ("a<==b", ["a", "<==", "b"]),
        ("a===b!==c", ["a", "===", "b", "!==", "c"]),
        ("a=~=b=~~=c", ["a", "=~=", "b", "=~~=", "c"]),
        ("&&&a|||b&&c||d", ["&&&", "a", "|||", "b", "&&", "c", "||", "d"]),
        ("x->0@", ["x", "->", "0", "@"]),
        ("Vec<Vec<T>>", ["Vec", "<", "Vec", "<", "T", ">>"]),
        ("a>>=b", ["a", ">>=", "b"]),
        ("<'a,'b>", ["<", "'a", ",", "'b", ">"]),
        ("#![auto]", ["#", "!", "[", "auto", "]"]),
        ("m!{}", ["m", "!", "{", "}"]),
        ("r#fn r #x", ["r#fn", "r", "#", "x"]),
        ("a//b\r\nc", ["a", "c"]),
        ("a//b\rc", ["a"]),  # a lone carriage return ends no comment
        ("a//b\u2028c", ["a"]),  # nor does any other line end
        ("a\u2028b\u200ec", ["a", "b", "c"]),
        ("'x y", ["'x", "y"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_what_is_broken_goes_to_the_end() -> None:
    tokens = lex('fn f() { "abc } // x\n fn g() {}')
    assert tokens[-1].kind is Kind.BROKEN
    assert tokens[-1].text == '"abc } // x\n fn g() {}'


def test_a_shebang_is_no_attribute() -> None:
    assert texts("#!/bin/verus fn\nfn") == ["fn"]
    assert texts("#! /* a */ [x]\nfn")[:3] == ["#", "!", "["]


def test_names_as_they_are_meant() -> None:
    assert plain(lex("r#assume")[0]) == "assume"
    assert plain(lex("e\u0301")[0]) == plain(lex("é")[0])


PIECES = st.sampled_from(
    [
        "'", '"', "r#", "#", "b", "/*", "*/", "//", "\n", "\r\n", "\\", "{", "}", "(", ")", "[",
        "]", "<", ">", "==>", "&&&", "|||", "=~=", "1", ".", "0x", "e", "_", "é", "☃", " ",
        "\ufeff", "fn", "verus!", "ensures", ";", ",", "'a", "r#\"", "\"#", "#!",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_tokens_are_the_text(text: str) -> None:
    tokens = lex(text)
    assert "".join(token.text for token in tokens) == text
    assert all(token.text for token in tokens)
    at = 0
    for token in tokens:
        assert token.start == at
        at = token.end


@given(st.lists(st.sampled_from('fn x \'a \'{\' "}" 1.5 == ==> { } ( ) r#"""# /*{*/'.split())))
def test_spaces_between_tokens_do_not_matter(words: list[str]) -> None:
    assert texts(" ".join(words)) == texts("\n\t ".join(words))
