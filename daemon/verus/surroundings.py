"""What of a Rust file a model is shown around a function: all that fits, else what it may need."""

from __future__ import annotations

import re

from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import functions
from synthd.synth.verifiers.verus.gate.graph import mentioned

# About 1,500 tokens: guide, task and answer have to fit into 4,096 beside it.
MOST = 6000
_BLANKS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+(?=\n)")


def surroundings(text: str, function: RustFunction) -> str:
    """The file without the function; where that is long, without others' bodies, then without
    functions that it does not name."""
    whole = _cut(text, function, frozenset(), frozenset())
    if len(whole) <= MOST:
        return whole
    every = tuple(f for f in functions(text) if f.path != function.path)
    bodies = frozenset(f.path for f in every if f.mode is not Mode.SPEC and f.body is not None)
    shorter = _cut(text, function, bodies, frozenset())
    if len(shorter) <= MOST:
        return shorter
    named = mentioned(text, functions(text), function.path)
    gone = frozenset(f.path for f in every if f.path not in named)
    rest = _cut(text, function, bodies, gone)
    return rest if len(rest) <= MOST else f"{rest[:MOST].rstrip()}\n// … (the rest is left out)"


def _cut(
    text: str, function: RustFunction, without_body: frozenset[str], gone: frozenset[str]
) -> str:
    parts: list[str] = []
    at = 0
    for one in functions(text):
        if one.path == function.path or one.path in gone:
            parts.append(text[at : one.whole.start])
        elif one.path in without_body and one.body is not None:
            parts.append(f"{text[at : one.body.start]}{{ /* … */ }}")
        else:
            continue
        at = one.whole.end
    return _BLANKS.sub("\n", "".join([*parts, text[at:]])).strip()
