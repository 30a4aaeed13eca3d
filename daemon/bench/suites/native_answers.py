"""Reads C++ and Rust out of answers: whole programs, or a function that is made into one.

A model writes the function with or without its headers, its helpers and a `main` of its own, or
only the body. What the task's text has and the answer lacks is put in front.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from synthd.daemon.bench.suites.native_functions import defined, helpers, renamed
from synthd.sandbox.native.lexer import source, tokens
from synthd.sandbox.programs import Language
from synthd.synth.attempt import Extraction
from synthd.synth.extract import fenced_blocks

_CPP_TOP = re.compile(r"^[ \t]*(?:#|using\s+namespace\b).*$", re.M)
_RUST_USE = re.compile(r"^use\s+(?!rand\b|regex\b|md5\b)[^;]*;", re.M)
_CODE = re.compile(r"[{}].*;|;.*[{}]", re.S)
_SILENT = "the model said nothing"
_NONE = "the answer has no code block"
_CUT = "the answer was cut at its token limit"


@dataclass(frozen=True, slots=True)
class Programs:
    """A Read: the whole program, as it stands in the answer."""

    language: Language

    def __call__(self, text: str, cut: bool) -> tuple[str, Extraction, str]:
        found = _block(text, self.language, "main")
        if isinstance(found, str):
            return "", Extraction.NO_CODE, found
        code, closed = found
        return (code, Extraction.TRUNCATED, _CUT) if cut and not closed else (code, *_OK)


_OK = (Extraction.OK, "")


@dataclass(frozen=True, slots=True)
class Functions:
    """A Read: a program with the function `entry`. before: the task's text up to the function's
    opening brace, which an answer of nothing but a body continues."""

    language: Language
    entry: str
    before: str

    def __call__(self, text: str, cut: bool) -> tuple[str, Extraction, str]:
        found = _block(text, self.language, self.entry)
        if isinstance(found, str):
            return "", Extraction.NO_CODE, found
        code, closed = found
        program, kind, note = self._program(code)
        return (
            (program, Extraction.TRUNCATED, _CUT) if cut and not closed else (program, kind, note)
        )

    def _program(self, code: str) -> tuple[str, Extraction, str]:
        parts = tokens(code, self.language)
        names = defined(parts, self.language)
        others = [name for name in names if name != "main"]
        if not others:
            return self._continued(code), *_OK
        how: tuple[Extraction, str] = _OK
        if self.entry not in others and len(others) == 1:
            how = (Extraction.WRONG_NAME, f"the function is called {others[0]}, not {self.entry}")
            parts = renamed(parts, others[0], self.entry)
            others = [self.entry]
        if self.language is Language.CPP:  # Rust's tests keep the program's main apart
            parts = renamed(parts, "main", "main_of_the_answer")
        return self._preamble(others) + source(parts), *how

    def _continued(self, body: str) -> str:
        parts = tokens(self.before + body, self.language)
        marks = [part.text for part in parts if part.kind == "mark"]
        missing = marks.count("{") - marks.count("}")
        return self.before + body.rstrip() + "\n" + "}\n" * max(0, missing)

    def _preamble(self, written: list[str]) -> str:
        """Imports as the task has them, and those of its helpers that the answer does not have."""
        if self.language is Language.RUST:
            uses = "".join(f"    pub {line}\n" for line in _RUST_USE.findall(self.before))
            # An answer's own imports go before those that come with a star.
            return f"mod given_imports {{\n{uses}}}\nuse self::given_imports::*;\n" if uses else ""
        top = "".join(f"{line.strip()}\n" for line in _CPP_TOP.findall(self.before))
        known = helpers(tokens(self.before, self.language))
        return top + "".join(f"{text}\n" for name, text in known if name not in written)


def _block(text: str, language: Language, name: str) -> tuple[str, bool] | str:
    """The fenced block that has the name, else the first; without a fence the text, if it is
    code. Or why there is none."""
    if not text.strip():
        return _SILENT
    blocks = [block for block in fenced_blocks(text) if block[0].strip()]
    if blocks:
        called = re.compile(rf"\b{re.escape(name)}\s*(?:<[^<>]*>)?\s*\(")
        return next((block for block in blocks if called.search(block[0])), blocks[0])
    return (text, False) if _CODE.search(text) else _NONE
