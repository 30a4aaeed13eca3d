"""The functions inside `verus! { }` of a text that is just being typed: quick, for lenses.

`functions` reads every token, which takes half a second for ten thousand lines. Here only brackets,
quotes and comments are looked at, and of a body nothing but where it ends. In a text that does not
nest, a function ends where the next one begins that is not indented more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from synthd.synth.rust.function import Mode
from synthd.synth.rust.words import CLAUSES, CONNECTING, LOOP_CLAUSES

_MODIFIED = (
    r"(?:(?:pub|open|closed|uninterp|broadcast|proof|spec|exec|axiom|const|async|unsafe)"
    r"(?:\([^()\n]*\))?[ \t]+)*fn[ \t]+(?:r\#)?[^\W\d]"
)
_QUIET = r"""//[^\n]*|/\*|"|'(?:\\(?:u\{[^}\n]*\}|x..|.)|[^\\'\n])'"""
_START = rf"\n(?P<indent>[ \t]*)(?={_MODIFIED})"
_INSIDE = re.compile(rf"{_QUIET}|[{{}}]|{_START}")
_OUTSIDE = re.compile(rf"{_QUIET}|[{{}}()\[\];]|{_START}")
_STRING = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_EDGE = re.compile(r"/\*|\*/")
_SILENT = re.compile(r"(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_ATTRIBUTES = re.compile(r"#!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]")
_FUNCTION = re.compile(r"\bfn[ \t]+(?:r#)?([^\W\d]\w*)")
_CONTAINER = re.compile(r"\b(?:(impl)\b|(?:mod|trait)\s+(?:r#)?(\w+)|(verus(?:_\w+)?)\s*!\s*$)")
_GENERICS = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W\d]\w*")
_PROMISES = re.compile(r"\b(?:ensures|default_ensures|returns)\b")
_CLAUSE = re.compile(r"\b(?:requires|recommends|ensures|default_ensures|returns|decreases)\b")
_PLACEHOLDER = re.compile(r"(?:(?:std|core)::)?(?:todo|unimplemented)!\s*[(\[{]")
_TO_DO = re.compile(r"\b(?:TODO|FIXME|XXX|your code|fill in|implement)\b|\.\.\.|…", re.IGNORECASE)
_RETURNS = re.compile(r"->\s*(?!\(\s*\))")
_LOOP = re.compile(r"(?<![\w.'])(?:while|loop|for)\b(?!\s*<)")
_DEEPEST = 8  # generics inside generics
_GO_ON = CLAUSES | LOOP_CLAUSES | CONNECTING


@dataclass(frozen=True, slots=True)
class Outlined:
    """A function that Verus is to look at. line: of its `fn`, from 0. path: as reports name it.

    has_body: it is no stub. has_spec: it promises something that can be proved (`ensures`, or what
    the trait says that it implements). trusted: `external…`, whose body Verus takes as right.
    start, end: offsets of it, from its first modifier to the end of its body or header.
    """

    name: str
    path: str
    line: int
    mode: Mode
    has_body: bool
    has_spec: bool
    trusted: bool = False
    start: int = 0
    end: int = 0
    body: int = 0  # offset of its brace; its end where there is none


def rust_functions(text: str) -> tuple[Outlined, ...]:
    """In the order of the text. Never raises."""
    return tuple(_Reader(text).read())


def waiting(text: str) -> tuple[Outlined, ...]:
    """Those whose body is still to be written."""
    return tuple(
        one
        for one in rust_functions(text)
        if not one.has_body and not one.trusted and one.mode is not Mode.SPEC
    )


def has_loop(text: str, function: Outlined) -> bool:
    """Whether there may be invariants to add. text: the one that it was found in."""
    return bool(_LOOP.search(_COMMENTS.sub("", text[function.body : function.end])))


@dataclass(frozen=True, slots=True)
class _Container:
    names: tuple[str, ...]
    verus: bool
    trait: bool = False


@dataclass(slots=True)
class _Reader:
    """item: where the present item begins; depth: of its round and square brackets."""

    text: str
    item: int = 0
    depth: int = 0
    found: list[Outlined] = field(default_factory=list)
    inside: list[_Container] = field(default_factory=list)
    perhaps: list[Outlined] = field(default_factory=list)  # after the end of `verus! { }`
    line: int = 0  # of the offset `counted`
    counted: int = 0

    def read(self) -> list[Outlined]:
        at = 0
        while (hit := _OUTSIDE.search(self.text, at)) is not None:
            at = self._token(hit)
        self._unfinished(len(self.text))
        return self.found

    def _token(self, hit: re.Match[str]) -> int:
        """Where to go on."""
        text, char = self.text, hit[0][0]
        if char in "/\"'":
            after = self._past(hit)
            if char == "/" and not text[self.item : hit.start()].strip():
                self.item = after
            return after
        if char in "([":
            self.depth += 1
        elif char in ")]":
            self.depth = max(0, self.depth - 1)
        elif char == "\n":
            if _FUNCTION.search(text, self.item, hit.start()):
                self._unfinished(hit.end())
        elif char == "{":
            return self._block(hit.start())
        elif char == "}":
            self._unfinished(hit.start())
            self._next(hit.end())
            self._closed()
        elif not self.depth:
            self._function(hit.start(), None)
            self._next(hit.end())
        return hit.end()

    def _closed(self) -> None:
        """A brace too many: what seemed to be the macro's end was another one's before."""
        if self.inside:
            self.inside.pop()
        else:
            self.found += self.perhaps
            self.perhaps.clear()

    def _next(self, at: int) -> None:
        self.item, self.depth = at, 0

    def _unfinished(self, at: int) -> None:
        """A function that is just being typed has no body."""
        self._function(at, None)
        self._next(at)

    def _block(self, at: int) -> int:
        """A body, a container, or some brackets in between."""
        if _FUNCTION.search(self.text, self.item, at):
            indent = self._indent(self.item)
            end = self._end(at, indent)
            if self.depth or not self._is_body(end):
                return end
            self._function(at, end)
            self._next(end)
            return end
        container = self._container(at)
        if container is not None:
            self.inside.append(container)
            if container.verus:
                self.perhaps.clear()
            self._next(at + 1)
            return at + 1
        end = self._end(at, 0)
        if not self.depth:
            self._next(end)
        return end

    def _is_body(self, end: int) -> bool:
        """By what follows, as in expressions.py: a block in a clause is followed by an operator,
        another clause, or the body."""
        silent = _SILENT.match(self.text, end)
        at = silent.end() if silent else end
        following = self.text[at : at + 1]
        if not following or following in ")]}#;\"'" or following.isdigit():
            return True
        word = _WORD.match(self.text, at)
        return word is not None and word[0] not in _GO_ON

    def _container(self, at: int) -> _Container | None:
        head = _ATTRIBUTES.sub("", _COMMENTS.sub("", self.text[self.item : at]))
        kind = _CONTAINER.search(head)
        if kind is None:
            return None
        verus = bool(kind[3]) or bool(self.inside and self.inside[-1].verus)
        if kind[1]:
            names = _implemented(head[kind.end() :])
            return _Container(names, verus, len(names) > 1)
        return _Container((kind[2],) if kind[2] else (), verus)

    def _function(self, at: int, end: int | None) -> None:
        """at: where its header ends. end: of its body."""
        into = self.found if self.inside and self.inside[-1].verus else self.perhaps
        raw = self.text[self.item : at]
        head = _COMMENTS.sub("", raw)
        plain = _ATTRIBUTES.sub("", head)
        named = _FUNCTION.search(plain)
        if named is None:
            return
        words = set(_WORD.findall(plain[: named.start()]))
        mode = Mode.PROOF if words & {"proof", "axiom"} else Mode.EXEC
        mode = Mode.SPEC if "spec" in words else mode
        promises = bool(_PROMISES.search(plain))
        body = self.text[at + 1 : end - 1] if end is not None else None
        trait = bool(self.inside) and self.inside[-1].trait
        path = (*(name for one in self.inside for name in one.names), named[1])
        place = self.item + len(raw) - len(raw.lstrip())
        into.append(
            Outlined(
                named[1],
                "::".join(path),
                self._line(at, raw),
                mode,
                body is not None and not _is_stub(body, plain, mode, promises),
                promises or trait,
                "external" in head[: len(head) - len(plain[named.start() :])],
                place,
                at if end is None else end,
                at,
            )
        )

    def _line(self, at: int, raw: str) -> int:
        """Of the word `fn` of the function whose header ends at `at`."""
        fn = _FUNCTION.search(_COMMENTS.sub(_blank, raw))
        offset = at - len(raw) + (fn.start() if fn else 0)
        self.line += self.text.count("\n", self.counted, offset)
        self.counted = offset
        return self.line

    def _indent(self, at: int) -> int:
        silent = _SILENT.match(self.text, at)
        at = silent.end() if silent else at
        return at - self.text.rfind("\n", 0, at) - 1

    def _end(self, at: int, indent: int) -> int:
        """After the brace that closes the one at `at`; or before what cannot stand inside."""
        depth, text, search = 0, self.text, _INSIDE.search
        while (hit := search(text, at)) is not None:
            char = text[hit.start()]
            if char == "{":
                depth += 1
            elif char == "}":
                depth -= 1
                if depth <= 0:
                    return hit.end()
            elif char == "\n":
                if len(hit["indent"]) <= indent:
                    return hit.start()
            else:
                at = self._past(hit)
                continue
            at = hit.end()
        return len(text)

    def _past(self, hit: re.Match[str]) -> int:
        """After a comment, a string or a character; to the end of the text if that is open."""
        text = self.text
        if hit[0] == '"':
            return self._past_string(hit.start())
        if hit[0] != "/*":
            return hit.end()
        depth, at = 0, hit.start()
        while edge := _EDGE.search(text, at):
            depth += 1 if edge[0] == "/*" else -1
            at = edge.end()
            if not depth:
                return at
        return len(text)

    def _past_string(self, at: int) -> int:
        text, first = self.text, at
        while first and text[first - 1] == "#":
            first -= 1
        if text[first - 1 : first] == "r" and not text[first - 2 : first - 1].isalnum():
            end = text.find('"' + "#" * (at - first), at + 1)
            return len(text) if end < 0 else end + 1 + at - first
        closed = _STRING.match(text, at + 1)
        return closed.end() if closed else len(text)


def _blank(comment: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", comment[0])


def _implemented(head: str) -> tuple[str, ...]:
    """(Type,) or (Type, Trait), of what follows `impl`."""
    head = head.replace("->", "")
    for _ in range(_DEEPEST):
        head = _GENERICS.sub("", head)
    parts = re.split(r"\bfor\b", re.split(r"\bwhere\b", head)[0])
    names = (re.sub(r"(?:\w+\s*::\s*)+", "", part) for part in reversed(parts))
    return tuple(re.sub(r"\s+", "", name).removeprefix("!") for name in names if name.strip())


def _is_stub(body: str, head: str, mode: Mode, promises: bool) -> bool:
    """As stubs.py says it."""
    if len(body) > 400 and not body.lstrip().startswith(("todo", "unimpl", "//", "/*")):
        return False
    plain = _COMMENTS.sub("", body).strip()
    if not plain:
        due = bool(_RETURNS.search(_CLAUSE.split(head)[0])) or (promises and mode is Mode.EXEC)
        return due or bool(_TO_DO.search(body))
    if not _PLACEHOLDER.match(plain):
        return False
    return plain.rstrip(";").rstrip()[-1:] in ")]}" and ";" not in plain.rstrip("; \n\t")
