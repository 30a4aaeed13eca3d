"""When two answers in LaTeX are the same: in this process, as the texts are ours."""

from __future__ import annotations

import pytest

pytest.importorskip("sympy")
pytest.importorskip("latex2sympy2_extended")

from synthd.synth.answers.inside import NO, UNDECIDED, YES, same

SAME = [
    ("50", "50\\%"),
    ("x=5", "5"),
    ("5", "x = 5"),
    ("1,-2", "-2,1"),
    ("-2,1", "x = -2 \\text{ or } x = 1"),
    ("\\text{(C)}", "C"),
    ("\\text{Evelyn}", "evelyn"),
    ("2", "\\text{2}"),
    ("52_8", "52"),
    ("4210_{5}", "4210_5"),
    ("90^\\circ", "90\u00b0"),
    ("864 \\mbox{ inches}^2", "864 square inches"),
    ("10,\\!080", "10,080"),
    ("\\$32,\\!348", "32348"),
    ("1\\frac{4}{5}", "\\frac95"),
    ("1\\frac{4}{5}", "1 4/5"),
    ("x \\in [-2,7]", "-2 \\leq x \\leq 7"),
    ("(2,\\infty)", "x > 2"),
    ("y = 2x + 3", "2x - y + 3 = 0"),
    ("1 \\pm \\sqrt{19}", "1+\\sqrt{19}, 1-\\sqrt{19}"),
    ("\\{1\\pm\\sqrt{5},-2\\}", "1+\\sqrt5,1-\\sqrt5,-2"),
    ("6-5i", "-5i+6"),
    ("5x - 7y + 11z + 4 = 0", "-5x + 7y - 11z = 4"),
    ("(-\\infty,2)\\cup(3,\\infty)", "(3,\\infty)\\cup(-\\infty,2)"),
    ("\\frac{11+9a}{20}", "\\frac{11}{20}+\\frac{9a}{20}"),
    ("0.15", "\\frac{3}{20}"),
    (
        "\\begin{pmatrix} -1/3 \\\\ 2/3 \\end{pmatrix}",
        "\\begin{bmatrix}-\\frac13\\\\2/3\\end{bmatrix}",
    ),
    ("\\frac{\\sqrt{3}}{3}", "\\frac{1}{\\sqrt{3}}"),
    ("\\left( 3, \\frac{\\pi}{2} \\right)", "(3, pi/2)"),
    ("3\\sqrt{13}", "3*sqrt(13)"),
    ("\\cot x", "\\frac{\\cos x}{\\sin x}"),
]
OTHER = [
    ("0.5", "50\\%"),
    ("(3,4]", "(3,4)"),
    ("(3,4]", "[3,4]"),
    ("(1,-2)", "(-2,1)"),
    ("3, 5, 7", "(3,5,7)"),
    ("3, 5, 7", "3, 5"),
    ("\\text{east}", "\\text{west}"),
    ("\\text{(C)}", "E"),
    ("52_8", "52_9"),
    ("\\frac{1}{3}", "0.333333"),
    ("\\sqrt{51}", "7.1414"),
    ("2", "2.0000001"),
    ("p-q", "q-p"),
    ("6-5i", "6+5i"),
    ("2k", "k"),
    ("\\infty", "-\\infty"),
    ("-\\frac{\\pi}{6}", "\\frac{\\pi}{6}"),
    ("y = 2x + 3", "y = 2x - 3"),
    ("5x + 4 = 0", "5x = 4"),
    ("(2,\\infty)", "x \\geq 2"),
    ("\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", "\\begin{pmatrix} 2 \\\\ 1 \\end{pmatrix}"),
]


@pytest.mark.parametrize(("gold", "given"), SAME)
def test_the_same(gold: str, given: str) -> None:
    assert same(gold, given) == YES


@pytest.mark.parametrize(("gold", "given"), OTHER)
def test_another(gold: str, given: str) -> None:
    assert same(gold, given) == NO


def test_what_is_too_long_is_not_looked_at() -> None:
    assert same("1", "1" * 501) == UNDECIDED
