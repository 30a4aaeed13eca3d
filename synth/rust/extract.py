"""The body of the target function inside a completion.

One policy. Each fenced block is read in the first of these ways that fits: as a program or function
that defines the target; as a body, with the closing braces of function and macro and an empty
`main` after it, which the prompts of the literature ask for; as another function under a wrong
name. The best block counts, the last one among equals, since models correct themselves. A text
without fences is read like a block if it is code. A missing brace is added, as in the paper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from synthd.synth.attempt import Extraction
from synthd.synth.extract import FENCE, fenced_blocks
from synthd.synth.run import Read
from synthd.synth.rust.bare import bare_body, closed_up
from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.functions import RustFile, functions
from synthd.synth.rust.layout import level
from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.prose import is_code


class _Fit(IntEnum):
    """How well a text answers, worst to best."""

    NONE = 0
    STUB = 1
    WRONG_NAME = 2
    BODY = 3
    FUNCTION = 4


@dataclass(frozen=True, slots=True)
class _Found:
    fit: _Fit
    block: str = ""
    missing: int = 0  # closing brackets that were added
    notes: tuple[str, ...] = ()


def body_reader(text: str, function: RustFunction) -> Read:
    """Reads completions for this function of this text: level blocks with "\\n" as line end."""
    header = tuple(token.text for token in meaningful(function.header.of(text)))
    return _Reader(function, header, frozenset(f.name for f in functions(text))).read


@dataclass(frozen=True, slots=True)
class _Reader:
    """header: the target's, as tokens. known: the names of the file's own functions."""

    target: RustFunction
    header: tuple[str, ...]
    known: frozenset[str]

    def read(self, completion: str, cut: bool) -> tuple[str, Extraction, str]:
        if not completion.strip():
            return "", Extraction.NO_CODE, "the model said nothing"
        found, closed = self._best(completion)
        if found.fit is _Fit.NONE:
            return "", Extraction.NO_CODE, "the answer has no code for the body"
        if found.fit is _Fit.STUB:
            return "", Extraction.UNUSABLE, "the body is a stub"
        truncated = found.missing > 1 or (cut and (found.missing > 0 or not closed))
        how = Extraction.WRONG_NAME if found.fit is _Fit.WRONG_NAME else Extraction.OK
        notes = [*found.notes]
        if found.missing:
            many = f"{found.missing} closing brackets were" if found.missing > 1 else "a brace was"
            notes.append(f"{many} missing at the end and added")
        if truncated and cut:
            notes.append("the answer was cut at its token limit")
        return found.block, Extraction.TRUNCATED if truncated else how, "; ".join(notes)

    def _best(self, completion: str) -> tuple[_Found, bool]:
        """The best reading, and whether what it was read from had an end."""
        best, closed = _Found(_Fit.NONE), True
        for code, ended in fenced_blocks(completion):
            found = self._from(code)
            if found.fit and found.fit >= best.fit:
                best, closed = found, ended
        if best.fit < _Fit.WRONG_NAME:
            unfenced, ended = self._unfenced(completion)
            if unfenced.fit > best.fit:
                return unfenced, ended
        return best, closed

    def _unfenced(self, completion: str) -> tuple[_Found, bool]:
        """The whole text, or what stands before a fence that was opened in the prompt."""
        fence = FENCE.search(completion + "\n")
        code = completion[: fence.start()] if fence else completion
        defined = self._defined(code)
        if defined.fit is _Fit.FUNCTION:
            return defined, fence is not None
        if not is_code(code, self.target.parameters):
            return _Found(_Fit.NONE), True
        return self._from(code), fence is not None

    def _from(self, code: str) -> _Found:
        defined = self._defined(code)
        if defined.fit:
            return defined
        bare = bare_body(code) if is_code(code, fenced=True) else None
        if bare is None:
            return self._misnamed(code)
        if functions(f"fn f() {bare.block}")[0].stub or bare.block.split() == ["{", "}"]:
            return _Found(_Fit.STUB)
        return _Found(_Fit.BODY, bare.block, bare.missing, self._unusable(bare.after))

    def _defined(self, code: str) -> _Found:
        """The target itself, alone or in its program; the last one that is written out."""
        file = RustFile.read(code)
        every = file.functions()
        named = [f for f in every if f.name == self.target.name and f.body is not None]
        exact = [f for f in named if f.path == self.target.path]
        for function in reversed(exact or named):
            if not function.stub:
                notes = self._header_note(code, function)
                notes += self._unusable(tuple(f.name for f in every))
                return self._taken(code, function, notes)
        return _Found(_Fit.STUB if named else _Fit.NONE)

    def _misnamed(self, code: str) -> _Found:
        """The only function that is neither the file's own nor `main`, with as many parameters."""
        others = [f for f in functions(code) if f.name != "main" and f.name not in self.known]
        fitting = [f for f in others if f.mode is self.target.mode and f.body and not f.stub]
        if len(fitting) != 1 or len(fitting[0].parameters) != len(self.target.parameters):
            return _Found(_Fit.NONE)
        found = self._taken(code, fitting[0], (f"the program called it {fitting[0].name}",))
        return replace(found, fit=_Fit.WRONG_NAME)

    def _taken(self, code: str, function: RustFunction, notes: tuple[str, ...]) -> _Found:
        assert function.body is not None
        block, missing = closed_up(function.body.of(code))
        return _Found(_Fit.FUNCTION, level(block), missing, notes)

    def _header_note(self, code: str, function: RustFunction) -> tuple[str, ...]:
        given = tuple(token.text for token in meaningful(function.header.of(code)))
        same = given == self.header[: len(given)]  # its clauses need not be repeated
        return () if same else ("its change of the header was ignored",)

    def _unusable(self, names: tuple[str, ...]) -> tuple[str, ...]:
        helpers = [n for n in dict.fromkeys(names) if n not in self.known and n != "main"]
        if not helpers:
            return ()
        quoted = ", ".join(f"`{name}`" for name in helpers)
        return (f"{quoted} outside the body cannot be used",)
