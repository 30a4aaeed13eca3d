"""What models really answer, and the program that is taken from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.attempt import Extraction
from synthd.synth.extract import fenced_blocks, first_block

CODE = "def f(x):\n    return x + 1\n"


@pytest.mark.parametrize(
    ("answer", "program"),
    [
        (f"```python\n{CODE}```", CODE),
        (f"Sure! Here it is:\n\n```python\n{CODE}```\n\nIt adds one.", CODE),
        (f"```\n{CODE}```", CODE),
        (f"~~~py\n{CODE}~~~", CODE),
        (f"````python\n{CODE}````", CODE),
        (CODE, CODE),
        (f"Usage:\n```python\nprint(f(1))\n```\nThe code:\n```python\n{CODE}```", CODE),
        (f"```python\n{CODE}```\n```python\nprint(f(1))\n```", CODE),
        (f"  ```python\n{CODE}  ```", CODE),
        (f"```python\n\n```\n```python\n{CODE}```", CODE),
    ],
)
def test_the_block_that_defines_the_function_is_taken(answer: str, program: str) -> None:
    found = first_block(answer, "f")
    assert (found.program, found.extraction) == (program, Extraction.OK)


@pytest.mark.parametrize(
    "answer", ["", "  \n", "I cannot do that.", "Yes", "42", "The answer is `x + 1`.", "```\n```"]
)
def test_prose_is_no_program(answer: str) -> None:
    found = first_block(answer, "f")
    assert (found.program, found.extraction) == ("", Extraction.NO_CODE)
    assert found.note


def test_a_block_cut_at_the_token_limit_is_labelled() -> None:
    assert first_block(f"```python\n{CODE}", "f", cut=True).extraction is Extraction.TRUNCATED
    # Some models forget the last fence of a whole program.
    assert first_block(f"```python\n{CODE}", "f", cut=False).extraction is Extraction.OK


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    found = first_block(text, "f", cut=True)
    assert (found.program == "") == (found.extraction is Extraction.NO_CODE)


@given(st.lists(st.text("abc =\n", min_size=1), max_size=4))
def test_all_blocks_are_found_in_order(programs: list[str]) -> None:
    text = "prose\n".join(f"```python\n{program}\n```\n" for program in programs)
    assert fenced_blocks(text) == [(f"{program}\n", True) for program in programs]
