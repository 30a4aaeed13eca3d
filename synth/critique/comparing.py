"""The question whether a program is what a text asks for, in a layout that ends in yes or no."""

from __future__ import annotations

from synthd.synth.critique.words import fenced, stripped
from synthd.synth.ports import Message, Prompt
from synthd.synth.rust.function import RustFunction

TEMPERATURE = 0.7
SAMPLES = 8
MOST_TOKENS = 2048

SYSTEM = """\
You compare a Rust program for the verifier Verus with a text that says what it is to be: a \
description, or the same program in another language such as Dafny. You decide whether the Rust \
function promises and computes the same as the text.

What counts
- The contract: `requires` says which calls are allowed, `ensures` what they give. A postcondition \
that says less than the text, so that a wrong result would satisfy it, is a no.
- A precondition that makes the task trivial is a no: a tiny maximal length, a tiny range of \
numbers, only equal or only empty inputs.
- The code: another computation is a no. Where the code is missing, judge by the contract alone.

What does not count
- Proofs: invariants, assertions, lemmas, `decreases`.
- Preconditions that only keep machine integers from overflowing.
- How a corner case is given back, for example `None` in place of -1.
- Other names, types or data structures that hold the same.
- A Rust program that is more general than the text: that is a yes.

Answer in exactly this layout:
Wanted: what the text asks for, in one or two sentences.
Promised: what the contract promises and the code computes, in one or two sentences.
Differences: each one, and whether it counts.
Final answer: yes
or, where a difference counts:
Final answer: no
"""


def comparison(text: str, function: RustFunction, source: str, *, name: str) -> Prompt:
    """text: the Rust file, whose comments are not shown. source: the text to compare with; name:
    what to call it."""
    task = (
        f"The text ({name}):\n{fenced(source)}\n\n"
        f"The Rust program:\n{fenced(stripped(text), 'rust')}\n\n"
        f"Do `{function.path}` of the Rust program and the text ask for and compute the same? "
        "End with the line `Final answer: yes` or `Final answer: no`."
    )
    return (Message("system", SYSTEM), Message("user", task))
