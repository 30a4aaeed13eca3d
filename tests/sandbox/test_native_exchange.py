"""How printed text is compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.sandbox.exchange import same_output
from synthd.sandbox.programs import Rule

EXACT = Rule()
NEAR = Rule(absolute=1e-3)
SHARE = Rule(relative=1e-6)


@pytest.mark.parametrize(
    ("got", "expected", "rule"),
    [
        ("", "", EXACT),
        ("\n\n", "", EXACT),
        ("1 2\n3\n", "1 2  \n3", EXACT),
        ("1\r\n2\r\n", "1\n2\n", EXACT),
        ("a\t \nb\n \n\n", "a\nb", EXACT),
        ("\n\nx", "\n\nx", EXACT),
        ("ä\u2028b\n", "ä\u2028b", EXACT),
        ("0.1000001 x", "0.1 x", NEAR),
        ("[1.0, 2.5]", "[1.0004, 2.4999]", NEAR),
        ("3", "3.0", NEAR),
        ("-0.0001", "0", NEAR),
        ("1e3", "1000.0005", NEAR),
        ("1000000.5", "1000000", SHARE),
        ("1e-999999999 1", "0 1", NEAR),
        ("nan inf", "nan inf", NEAR),
    ],
)
def test_the_same(got: str, expected: str, rule: Rule) -> None:
    assert same_output(got, expected, rule)


@pytest.mark.parametrize(
    ("got", "expected", "rule"),
    [
        ("", "0", EXACT),
        ("1", "1\n2", EXACT),
        ("1\n2", "1", EXACT),
        (" 1", "1", EXACT),
        ("1  2", "1 2", EXACT),
        ("1\n\n2", "1\n2", EXACT),
        ("\n1", "1", EXACT),
        ("1.0", "1", EXACT),
        ("A", "a", EXACT),
        ("1\x0c2", "1\n2", EXACT),
        ("1 2", "1\n2", NEAR),
        ("1.01", "1", NEAR),
        ("x1.0", "x1.0001", NEAR),
        ("1.2.3", "1.2.3001", NEAR),
        ("1, 2", "1; 2", NEAR),
        ("10000000000000001", "10000000000000002", NEAR),
        ("nan", "1", NEAR),
        ("inf", "1e999999", NEAR),
        ("1e999999999999999999999", "1", NEAR),
        ("1e999999999999999999999", "1e999999999999999999998", SHARE),
        ("1000002", "1000000", SHARE),
    ],
)
def test_different(got: str, expected: str, rule: Rule) -> None:
    assert not same_output(got, expected, rule)


@given(st.text(), st.sampled_from((EXACT, NEAR, SHARE)))
def test_every_text_is_itself(text: str, rule: Rule) -> None:
    assert same_output(text, text, rule)
    assert same_output(text + " \n\n", text, rule)
    assert not same_output("x" + text, text, rule)
