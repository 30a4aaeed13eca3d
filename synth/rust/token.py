"""One token of a Rust file. Together the tokens of a file are its text, without a gap."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    SPACE = "space"
    COMMENT = "comment"  # `// …` without its line end, `/* … */` with nested ones; doc comments too
    WORD = "word"  # identifiers and keywords, also raw ones: `r#type`
    LIFETIME = "lifetime"  # `'a`, `'static`
    STRING = "string"  # with prefix, hashes and suffix: `b"…"`, `r#"…"#`, `c"…"`
    CHARACTER = "character"  # `'x'`, `b'\n'`
    NUMBER = "number"
    MARK = "mark"  # the longest operator that Rust or Verus has: `==>`, `&&&`, `::`, `;`
    OPEN = "open"  # ( [ {
    CLOSE = "close"  # ) ] }
    BROKEN = "broken"  # a literal or comment that does not end, or a character of no token


@dataclass(frozen=True, slots=True)
class Token:
    """start and end are offsets in characters of the whole text."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def silent(self) -> bool:
        """Whether it means nothing to the compiler. Doc comments count as comments."""
        return self.kind in (Kind.SPACE, Kind.COMMENT)
