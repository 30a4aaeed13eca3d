"""What a person answers to a clarifying question, as a check like those of the file."""

from __future__ import annotations

from synthd.synth.problem import Doctest, Example


def returns(call: str, value: str, number: int) -> Example:
    """number: which question it was."""
    return Example(f"answer:{number}", call, value, None, exact=False)


def raises(call: str, kind: str, number: int) -> Doctest:
    """Of this class, whatever its message."""
    want = f"Traceback (most recent call last):\n    ...\n{kind}: ...\n"
    source = f"{call}  # doctest: +IGNORE_EXCEPTION_DETAIL\n"
    return Doctest(f"answer:{number}", source, want, 0)
