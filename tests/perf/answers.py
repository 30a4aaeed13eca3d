"""How well final answers are compared: every reference of GSM8K and MATH-500 with itself, with
other spellings of it, and with wrong neighbours of it.

    python tests/perf/answers.py [DATA] [--every N]

In this process, not in the sandbox: the answers are the data's own. Prints figures and lists what
went wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from synthd.synth.answers import inside, numbers
from synthd.synth.answers.extraction import answer_in
from synthd.synth.suites.gsm8k import load_gsm8k
from synthd.synth.suites.math500 import load_math500
from synthd.synth.suites.questions import Kind, QuestionSuite

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
Pair = tuple[str, str]  # which kind of variant, and the text


def right_numbers(gold: str) -> Iterator[Pair]:
    plain = gold.replace(",", "")
    yield "commas", f"{int(plain):,}"
    yield "currency", f"${gold}"
    yield "currency, LaTeX", f"\\${gold}"
    yield "trailing zeros", f"{plain}.00"
    yield "unit", f"{gold} dollars per day"
    yield "percent", f"{gold}%"
    yield "bold", f"**{gold}**"
    yield "formula", f"${plain}$"
    yield "point", f"{gold}."
    yield "fraction", f"{int(plain) * 3}/3"


def wrong_numbers(gold: str, other: str) -> Iterator[Pair]:
    number = int(gold.replace(",", ""))
    if numbers.value(other) != number:
        yield "another task's", other
    if number:
        yield "sign", str(-number)
        yield "ten times", f"{number}0"
    yield "plus one", str(number + 1)
    yield "minus one", str(number - 1)
    yield "a half more", f"{number}.5"


def right_formulas(gold: str) -> Iterator[Pair]:
    text = gold
    if not inside._THOUSANDS.fullmatch(text):
        yield "spaces", f" {text} ".replace(",", " , ").replace("+", " + ")
    yield "formula", f"${text}$"
    yield "point", f"{text}."
    yield "display", f"\\displaystyle {text}"
    if "\\frac" in text:
        yield "dfrac", text.replace("\\frac", "\\dfrac")
    if found := re.fullmatch(r"(-?)\\d?frac\s*\{?(\d+)\}?\s*\{?(\d+)\}?", text):
        top, bottom = int(found[2]), int(found[3])
        if len(found[2]) + len(found[3]) == len(re.sub(r"\D", "", text)):
            yield "slash", f"{found[1]}{top}/{bottom}"
            yield "not reduced", f"{found[1]}\\frac{{{2 * top}}}{{{2 * bottom}}}"
    if re.fullmatch(r"-?\d+", text):
        yield "trailing zeros", f"{text}.0"
        yield "named", f"x = {text}"
        yield "unit", f"{text} \\text{{ cm}}"
        yield "plain unit", f"{text} units"
        yield "currency", f"\\${text}"
        yield "sum", f"{int(text) - 1} + 1"
    if "\\circ" in text:
        yield "degrees", text.replace("^\\circ", "^{\\circ}")
        yield "no degrees", text.replace("^\\circ", "")
    if found := re.fullmatch(r"\\text\{\(?(\w+)\)?\}", text):
        yield "bare word", found[1]
        yield "bold word", f"\\textbf{{{found[1]}}}"
    if "pmatrix" in text:
        yield "brackets", text.replace("pmatrix", "bmatrix")
    if "\\cup" in text:
        left, right = text.split("\\cup")
        yield "order", f"{right} \\cup {left}"
    if re.fullmatch(r"[-\d, ]+", text) and "," in text and not inside._THOUSANDS.fullmatch(text):
        yield "order", ",".join(reversed(text.split(",")))
    yield from _rewritten(text)


def _rewritten(text: str) -> Iterator[Pair]:
    """As sympy writes it, and expanded."""
    import sympy

    shape = inside.shape(inside.tidy(text))
    if shape[0] != "expr" or inside.tidy(text).startswith("\\text"):
        return
    parsed = inside._parsed(shape[1])
    yield "sympy's LaTeX", sympy.latex(parsed.subs(sympy.I, sympy.Symbol("i")))
    yield "expanded", sympy.latex(sympy.expand(parsed).subs(sympy.I, sympy.Symbol("i")))


def wrong_formulas(gold: str, other: str) -> Iterator[Pair]:
    if inside.tidy(other) != inside.tidy(gold):
        yield "another task's", other
    kind = inside.shape(inside.tidy(gold))[0]
    if inside.tidy(gold).startswith("\\text"):
        yield "another word", "\\text{neither}"
    elif kind == "expr":
        core = inside.tidy(gold)
        if core != "0":
            yield "sign", f"-({core})"
        yield "plus one", f"{core}+1"
        yield "minus one", f"{core}-1"
        yield "nearly", f"{core}+0.000001"
    elif kind == "base":
        yield "another base", gold.replace("_", "_1")
        yield "another number", f"1{gold}"
    elif kind == "pair":
        bare = inside.tidy(gold)
        yield "brackets", re.sub(r"[(\[]", lambda one: "[" if one[0] == "(" else "(", bare, count=1)
        yield "one more", f"{bare[:-1]}+1{bare[-1]}"
    elif kind in ("list", "union"):
        parts = inside._split(inside.tidy(gold), "\\cup" if kind == "union" else ",")
        if len(parts) > 1:
            yield "one less", parts[0]
    elif kind == "matrix":
        yield "one more", re.sub(r"\s*\\end", r"+1 \\end", gold)
    elif kind == "relation":
        yield "one more", f"{inside.tidy(gold)}+1"


Judge = Callable[[str, str], str]


def formulas(gold: str, given: str) -> str:
    try:
        return inside.same(gold, given)
    except Exception as error:
        return f"raised {type(error).__name__}"


def measure(suite: QuestionSuite, every: int) -> None:
    is_number = suite.questions[0].kind is Kind.NUMBER
    right = right_numbers if is_number else right_formulas
    wrong = wrong_numbers if is_number else wrong_formulas
    judge: Judge = (lambda a, b: "yes" if numbers.same(a, b) else "no") if is_number else formulas
    counted: Counter[str] = Counter()
    failures: list[str] = []
    began = time.monotonic()
    chosen = suite.questions[::every]
    for place, question in enumerate(chosen):
        gold, other = question.answer, chosen[(place + 1) % len(chosen)].answer
        found = answer_in(question.solution, question.kind)
        for name, given in (("itself", gold), ("its solution's answer", found.text)):
            _count(counted, failures, name, judge(gold, given), "yes", gold, given)
        for name, given in right(gold):
            _count(counted, failures, f"right: {name}", judge(gold, given), "yes", gold, given)
        for name, given in wrong(gold, other):
            said = judge(gold, given)
            name = f"wrong: {name}"
            _count(counted, failures, name, "yes" if said == "yes" else "no", "no", gold, given)
    seconds = time.monotonic() - began
    print(f"\n{suite.title}: {len(chosen)} answers, {seconds:.1f} s")
    for name in sorted({key.rsplit("|", 1)[0] for key in counted}):
        good, bad = counted[f"{name}|good"], counted[f"{name}|bad"]
        print(f"  {name:32} {good:5} of {good + bad:5}")
    for line in failures:
        print(f"  ! {line}")


def _count(
    counted: Counter[str],
    failures: list[str],
    name: str,
    said: str,
    wanted: str,
    gold: str,
    given: str,
) -> None:
    good = said == wanted
    counted[f"{name}|{'good' if good else 'bad'}"] += 1
    if not good:
        failures.append(f"{name}: {gold!r} and {given!r}: {said}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("SYNTHD_DATASETS", DATASETS))
    parser.add_argument("data", type=Path, nargs="?", default=default)
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    if not given.data.is_dir():
        print(json.dumps({"skipped": f"no datasets at {given.data}; set SYNTHD_DATASETS"}))
        return
    for load in (load_gsm8k, load_math500):
        measure(load(given.data), given.every)


if __name__ == "__main__":
    main()
