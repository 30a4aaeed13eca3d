"""The tokens of a Rust file, also with Verus' operators.

Total: whatever the text is, the tokens' texts joined are the text. It follows rustc's own lexer
where that decides what is code and what is not (quotes, comments, raw strings, numbers), since the
gate compares tokens: a text that we read in another way than the compiler would be a way around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from synthd.synth.rust.token import Kind, Token

_SPACES = " \t\n\v\f\r\x85\u200e\u200f\u2028\u2029"
# Longest first. Rust's, then Verus' own: implications, extensional equality, bulleted conjunctions.
_MARKS = (
    "<==> =~~= !~~= "
    "==> <== === !== =~= !~= &&& ||| <<= >>= ... ..= "
    ":: -> <- => == != <= >= && || += -= *= /= %= ^= &= |= << >> .. "
    "+ - * / % ^ ! & | = < > @ . , ; : # $ ? ~"
).split()

_TOKEN = re.compile(
    rf"""(?P<space>[{_SPACES}]+)
    |(?P<line>//[^\r\n]*+(?:\r(?!\n)[^\r\n]*+)*+)
    |(?P<block>/\*)
    |(?P<raw>[bc]?r(?P<hashes>\#*+)")
    |(?P<string>[bc]?"[^"\\]*+(?:\\.[^"\\]*+)*+")
    |(?P<unclosed>[bc]?")
    |(?P<quote>b?')
    |(?P<word>(?:r\#(?=[A-Za-z_\x80-\U0010ffff]))?[A-Za-z_][A-Za-z0-9_]*+)
    |(?P<number>[0-9])
    |(?P<open>[(\[{{])
    |(?P<close>[)\]}}])
    |(?P<mark>{"|".join(re.escape(mark) for mark in _MARKS)})
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_EDGE = re.compile(r"/\*|\*/")
# One character is a literal even where it is a quote or a slash; a longer one ends at a quote.
_ONE_CHARACTER = re.compile(r"'[^\\]'", re.DOTALL)
_CHARACTER = re.compile(r"'(?:\\.|\n(?=')|[^'/\n\\])*+'", re.DOTALL)
_INTEGER = re.compile(r"0x[0-9a-fA-F_]*+|0[bo][0-9_]*+|[0-9][0-9_]*+")
_FRACTION = re.compile(r"\.(?:[0-9][0-9_]*+)?")
_EXPONENT = re.compile(r"[eE][+-]?_*[0-9][0-9_]*+")
_ASCII_WORD = re.compile(r"[A-Za-z0-9_]*+")
_SIMPLE = {
    "space": Kind.SPACE,
    "line": Kind.COMMENT,
    "mark": Kind.MARK,
    "open": Kind.OPEN,
    "close": Kind.CLOSE,
}


def lex(text: str) -> tuple[Token, ...]:
    """All tokens, in linear time. Never raises."""
    return tuple(_tokens(text))


def meaningful(source: str | Iterable[Token]) -> tuple[Token, ...]:
    """The tokens without spaces and comments."""
    tokens = lex(source) if isinstance(source, str) else source
    return tuple(token for token in tokens if not token.silent)


def plain(token: Token) -> str:
    """The name that a word means: `r#type` is `type`, and letters are in their usual form (NFC)."""
    text = token.text.removeprefix("r#") if token.kind is Kind.WORD else token.text
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _tokens(text: str) -> Iterator[Token]:
    at = _preamble_end(text)
    if at:
        yield Token(Kind.COMMENT if "#" in text[:at] else Kind.SPACE, text[:at], 0)
    after_dot = False  # `pair.0.1` is two fields; rustc splits the float afterwards
    while at < len(text):
        kind, end = _next(text, at, after_dot)
        token = Token(kind, text[at:end], at)
        if not token.silent:
            after_dot = token.text == "."
        yield token
        at = end


def _preamble_end(text: str) -> int:
    """Past a byte order mark and a shebang line. `#![…]` is an attribute, not a shebang."""
    start = 1 if text.startswith("\ufeff") else 0
    if not text.startswith("#!", start):
        return start
    at = start + 2
    while at < len(text):
        kind, end = _next(text, at, False)
        if kind not in (Kind.SPACE, Kind.COMMENT):
            break
        at = end
    if text.startswith("[", at):
        return start
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1] == "\r" else end


def _next(text: str, at: int, after_dot: bool) -> tuple[Kind, int]:
    """The kind and the end of the token that starts at `at`."""
    found = _TOKEN.match(text, at)
    if found is None:
        end = _word_end(text, at)
        return (Kind.WORD, end) if end > at else (Kind.BROKEN, at + 1)
    group = found.lastgroup or ""
    if group in _SIMPLE:
        return _SIMPLE[group], found.end()
    if group == "word":
        return _word(text, found)
    if group == "number":
        return Kind.NUMBER, _number_end(text, at, after_dot)
    if group == "string":
        return Kind.STRING, _word_end(text, found.end())
    if group == "quote":
        return _quoted(text, at)
    if group == "block":
        return _block_comment(text, at)
    if group == "raw":
        close = '"' + found["hashes"]
        end = text.find(close, found.end())
        if end >= 0:
            return Kind.STRING, _word_end(text, end + len(close))
    return Kind.BROKEN, len(text)


def _word(text: str, found: re.Match[str]) -> tuple[Kind, int]:
    end = found.end()
    return Kind.WORD, _more_of_word(text, end) if not text[end : end + 1].isascii() else end


def _word_end(text: str, at: int) -> int:
    """The end of the word that starts here, or `at` where none does. Suffixes are words, too."""
    if not text[at : at + 1].isidentifier():
        return at
    return _more_of_word(text, at + 1)


def _more_of_word(text: str, at: int) -> int:
    while at < len(text):
        ascii_part = _ASCII_WORD.match(text, at)
        assert ascii_part is not None
        at = ascii_part.end()
        rest = text[at : at + 1]
        if rest.isascii() or not f"a{rest}".isidentifier():
            break
        at += 1
    return at


def _quoted(text: str, at: int) -> tuple[Kind, int]:
    """A character, a byte or a lifetime, decided as rustc does."""
    byte = text[at] == "b"
    quote = at + byte
    if one := _ONE_CHARACTER.match(text, quote):
        return Kind.CHARACTER, _word_end(text, one.end())
    first = text[quote + 1 : quote + 2]
    if not byte and (first.isidentifier() or (first.isascii() and first.isdigit())):
        raw = text.startswith("r#", quote + 1) and text[quote + 3 : quote + 4].isidentifier()
        end = _more_of_word(text, quote + (3 if raw else 1))
        if not raw and text[end : end + 1] == "'":
            return Kind.CHARACTER, end + 1
        return Kind.LIFETIME, end
    if longer := _CHARACTER.match(text, quote):
        return Kind.CHARACTER, _word_end(text, longer.end())
    return Kind.BROKEN, len(text)


def _block_comment(text: str, at: int) -> tuple[Kind, int]:
    depth = 0
    while edge := _BLOCK_EDGE.search(text, at):
        depth += 1 if edge.group() == "/*" else -1
        at = edge.end()
        if depth == 0:
            return Kind.COMMENT, at
    return Kind.BROKEN, len(text)


def _number_end(text: str, at: int, after_dot: bool) -> int:
    digits = _INTEGER.match(text, at)
    assert digits is not None
    end = digits.end()
    if after_dot:
        return _word_end(text, end)
    following = text[end + 1 : end + 2]
    if text[end : end + 1] == "." and following != "." and not following.isidentifier():
        fraction = _FRACTION.match(text, end)
        assert fraction is not None
        end = fraction.end()
        if text[end - 1] == ".":  # `1.`: what follows is no exponent and no suffix
            return end
    if exponent := _EXPONENT.match(text, end):
        end = exponent.end()
    return _word_end(text, end)
