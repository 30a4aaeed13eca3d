"""GSM8K and MATH-500 as suites of `synthd bench`."""

from __future__ import annotations

from pathlib import Path

from synthd.daemon.bench.case import BenchSuite, Split
from synthd.daemon.bench.suites.answers.case import AnswerCase
from synthd.synth.suites import gsm8k, math500
from synthd.synth.suites.questions import QuestionSuite

NOTHING = "nothing: no check of an answer is shown, so nothing steers"
SELECTED = "nothing: the strategy's own selection (votes, likelihood, the last answer) ends it"
NUMBERS = (
    "the final answer is the reference's number: what is marked (`####`, `\\boxed{}`, “the answer "
    "is”), else the last number; commas, currency, units, the percent sign and trailing zeros do "
    "not count, nothing is rounded"
)
FORMULAS = (
    "the final answer equals the reference's: `\\boxed{}`, else “the answer is”, else the last "
    "formula; exact equivalence by sympy of what stands between commas and brackets"
)


def load_gsm8k(data: Path) -> BenchSuite:
    return _suite(gsm8k.load_gsm8k(data), NUMBERS, "")


def load_math500(data: Path) -> BenchSuite:
    note = "needs sympy and latex2sympy2_extended: pip install 'synthd[bench]'"
    return _suite(math500.load_math500(data), FORMULAS, note)


def _suite(read: QuestionSuite, held_out: str, note: str) -> BenchSuite:
    return BenchSuite(
        name=read.name,
        title=read.title,
        licence=read.licence,
        version=read.version,
        sha256=read.sha256,
        split=Split(NOTHING, SELECTED, held_out),
        cases=tuple(AnswerCase(question) for question in read.questions),
        note=note,
    )
