"""Whether two final answers in LaTeX are the same. Runs in a sandbox, as text that is sent there:
so it imports nothing of ours, and what it is given may be anything.

An answer is first taken apart by its commas and brackets: what stands in order (`(3, 4]`: brackets
count, a point is no interval of other ends), what does not (`3, 5, 7`), unions, matrices, words in
`\\text{}`, numbers in a base, equations. What is left are single expressions, which are parsed by
latex2sympy2_extended (the parser of math-verify) and compared exactly by sympy: no decimals are
rounded. Units, currency, degrees and the percent sign are left out, as in the graders of MATH.

math-verify itself is not asked: it reads 52 of `52_8`, takes 50 % for 50 and for 1/2, 0.333333 for
1/3, and `(1,-2)` for whatever brackets fit.
"""

from __future__ import annotations

import importlib
import re
from fractions import Fraction
from typing import Any

YES, NO, UNDECIDED = "yes", "no", "undecided"
LONGEST = 500
MOST_PARTS = 32
DEEPEST = 24  # brackets in brackets; the parser takes exponentially long

_UNITS = (
    r"degrees?|radians?|inch(?:es)?|in|ft|feet|foot|yards?|miles?|mph|mm|cm|km|m|meters?|metres?|"
    r"centimeters?|kilometers?|square|sq|cubic|cents?|dollars?|bucks|units?|hours?|hrs?|minutes?|mins?|"
    r"seconds?|secs?|days?|weeks?|months?|years?|grams?|kg|pounds?|lbs?|ounces?|oz|gallons?|liters?|"
    r"litres?|ml|percent|per|people|students?|ways?|points?|times|numbers?|solutions?|integers?"
)
_UNIT_END = re.compile(rf"(?<=[\d\)\}}\s])\s*(?:{_UNITS})(?:\s*\^\s*\{{?[23]\}}?)?\.?$")
_TEXT = r"\\text\s*\{([^{}]*)\}"
_SIGNS = {
    "\u2212": "-", "\u2013": "-", "\u00d7": "\\times ", "\u00b7": "\\cdot ", "\u03c0": "\\pi ",
    "\u00b0": "", "\u221e": "\\infty ", "\u222a": "\\cup ", "\u2264": "\\leq ", "\u2265": "\\geq ",
    "\u00b1": "\\pm ", "\u221a": "\\sqrt ", "\u2208": "\\in ", "\u00a0": " ", "~": " ",
}  # fmt: skip
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL = re.compile(r"([-+]?)(\d*\.?\d+|\d+\.)")
_BASE = re.compile(r"(\d+)_\{?(\d+)\}?")
_MATRIX = re.compile(r"\\begin\{([pbvBV]?matrix|array)\}(?:\{[lcr|]*\})?(.*)\\end\{\1\}", re.S)
_NAME = re.compile(r"[A-Za-z](?:_\{?\w\}?)?(?:\([a-z]\))?|\\[a-z]+")
_RELATION = re.compile(r"\\leq?(?![a-z])|\\geq?(?![a-z])|\\neq?(?![a-z])|\\in(?![a-z])|<=|>=|[<>=]")
_PLAIN = {"\\le": "<=", "\\leq": "<=", "\\ge": ">=", "\\geq": ">=", "\\ne": "\\neq"}
_FUNCTIONS = re.compile(
    r"(?<![A-Za-z\\])(sqrt|pi|sin|cos|tan|cot|sec|csc|ln|log|infinity|infty|theta|alpha)(?![A-Za-z])"
)


def same(gold: str, given: str) -> str:
    """Whether the answer `given` is `gold`: one of YES, NO, UNDECIDED. It may take for ever and may
    raise anything; whoever asks has limits and takes both for UNDECIDED."""
    if max(len(gold), len(given)) > LONGEST or _depth(given) > DEEPEST:
        return UNDECIDED
    wanted = re.fullmatch(_TEXT, tidy(gold))
    if wanted is not None:
        return YES if _words(wanted[1]) == _words(given) else NO
    other = tidy(given)
    if (inside := re.fullmatch(_TEXT, other)) is not None:
        other = tidy(inside[1])
    return _compared(shape(tidy(gold)), shape(other))


def answer(request: Any) -> str:
    gold, given = request
    return same(gold, given)


def tidy(text: str) -> str:
    """Without what only lays it out, and one spelling for what has several."""
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    text = re.sub(r",\s*\\!\s*", "", text).replace("{,}", "")
    text = re.sub(
        r"\\(?:left|right|displaystyle|bigl?|bigr?|Bigl?|Bigr?|limits)(?![a-z])", "", text
    )
    text = re.sub(r"(?<!\\)\\[,;: ]|\\q?quad(?![a-z])", " ", text).replace("\\!", "")
    text = re.sub(r"\\[dtc]frac", r"\\frac", text)
    text = re.sub(
        r"\\(?:mbox|mathrm|textbf|textrm|textit|mathbf|operatorname)(?![a-z])", r"\\text", text
    )
    text = re.sub(r"\^\s*\{?\s*\\(?:circ|degree)\s*\}?|\\degree", "", text)
    text = re.sub(r"\\?[$%]", "", text)
    text = re.sub(r"(?i)\\text\s*\{\s*(?:and|or)\s*\}|(?<=[\w}\s)])\s(?:and|or)\s", ",", text)
    text = text.strip().rstrip(".,;:").strip()
    if not re.fullmatch(_TEXT, text):
        text = re.sub(_TEXT + r"(?:\s*\^\s*\{?[23]\}?)?", "", text).strip()
        while (shorter := _UNIT_END.sub("", text).strip()) != text:
            text = shorter
    return _braced(text)


def _braced(text: str) -> str:
    """`\\frac43` and `\\sqrt2` with their braces; functions with their backslash."""
    text = text.replace("**", "^")
    text = _FUNCTIONS.sub(lambda found: "\\" + found[1].replace("infinity", "infty"), text)
    text = re.sub(r"\\sqrt\s*\(([^()]*)\)", r"\\sqrt{\1}", text)
    text = re.sub(r"\\sqrt\s*(\w)", r"\\sqrt{\1}", text)
    text = re.sub(r"\\frac\s*([^\s{\\])", r"\\frac{\1}", text)
    return re.sub(r"(\\frac\s*\{[^{}]*\})\s*([^\s{\\])", r"\1{\2}", text)


def _words(text: str) -> str:
    plain = re.sub(r"\\[a-z]+(?![a-z])|[{}$()\[\].,]", " ", text)
    return " ".join(plain.split()).casefold()


# A shape is its kind and its parts: ("expr", text), ("list", shapes), ("pair", "(", "]", shapes),
# ("union", shapes), ("matrix", rows of shapes), ("base", digits, base), ("relation", sign, l, r).
Shape = tuple[Any, ...]


def shape(text: str) -> Shape:
    text = text.strip()
    if found := _MATRIX.fullmatch(text):
        rows = [row for row in re.split(r"\\\\", found[2]) if row.strip()]
        return ("matrix", [[shape(cell) for cell in _split(row, "&")] for row in rows])
    if len(parts := _split(text, "\\cup")) > 1:
        return ("union", [shape(part) for part in parts])
    if _THOUSANDS.fullmatch(text):
        return ("expr", text.replace(",", ""))
    if len(parts := [part for part in _split(text, ",") if part.strip()]) > 1:
        return _listed(parts)
    if text.startswith("\\{") and text.endswith("\\}"):
        return _listed(_split(text[2:-2], ","))
    if text[:1] in ("(", "[") and text[-1:] in (")", "]") and _closes(text):
        inner = _split(text[1:-1], ",")
        if len(inner) > 1:
            return ("pair", text[0], text[-1], [shape(part) for part in inner])
    if related := _related(text):
        return related
    if "\\pm" in text:
        return _listed([text])
    if found := _BASE.fullmatch(text.replace(" ", "")):
        return ("base", found[1], found[2])
    return ("expr", text)


def _listed(parts: list[str]) -> Shape:
    """Without order. `\\pm` stands for two."""
    shapes = []
    for part in parts:
        for each in ("+", "-") if "\\pm" in part else ("",):
            one = shape(part.replace("\\pm", each))
            shapes.append(_value(one))
    return ("list", shapes) if len(shapes) != 1 else shapes[0]


def _value(one: Shape) -> Shape:
    """What a name is said to be: 5 of `x = 5`."""
    if one[0] == "relation" and one[1] == "=" and _NAME.fullmatch(one[2].strip()):
        return shape(one[3])
    return one


def _related(text: str) -> Shape | None:
    found = list(_RELATION.finditer(text))
    if not found:
        return None
    signs = [_PLAIN.get(one[0], one[0]) for one in found]
    ends = [0, *(one.end() for one in found)]
    sides = [
        text[a:b].strip()
        for a, b in zip(ends, [*(o.start() for o in found), len(text)], strict=True)
    ]
    if signs == ["\\in"]:
        return shape(sides[1])
    if len(signs) == 1:
        return _ray(signs[0], sides) or ("relation", signs[0], sides[0], sides[1])
    if len(signs) == 2 and _NAME.fullmatch(sides[1]) and set(signs) <= {"<", "<="}:
        return _interval(
            "[" if signs[0] == "<=" else "(", sides[0], sides[2], "]" if signs[1] == "<=" else ")"
        )
    if set(signs) == {"="}:
        return ("relation", "=", sides[0], sides[-1])
    return ("relation", " ".join(signs), sides[0], " ".join(sides[1:]))


def _ray(sign: str, sides: list[str]) -> Shape | None:
    """`x > 2` as the interval that it is."""
    left, right = sides
    if sign not in ("<", "<=", ">", ">="):
        return None
    if _NAME.fullmatch(right) and not _NAME.fullmatch(left):
        left, right, sign = right, left, sign.translate(str.maketrans("<>", "><"))
    if not _NAME.fullmatch(left):
        return None
    if sign[0] == ">":
        return _interval("[" if sign == ">=" else "(", right, "\\infty", ")")
    return _interval("(", "-\\infty", right, "]" if sign == "<=" else ")")


def _interval(opening: str, low: str, high: str, closing: str) -> Shape:
    return ("pair", opening, closing, [shape(low), shape(high)])


def _split(text: str, mark: str) -> list[str]:
    """At the marks that stand in no bracket."""
    parts, depth, begin, place = [], 0, 0, 0
    while place < len(text):
        if depth == 0 and text.startswith(mark, place):
            parts.append(text[begin:place])
            place = begin = place + len(mark)
            continue
        if text[place] in "([{":
            depth += 1
        elif text[place] in ")]}":
            depth -= 1
        place += 1
    parts.append(text[begin:])
    return parts if len(parts) <= MOST_PARTS else [text]


def _closes(text: str) -> bool:
    """Whether the last bracket closes the first."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0:
            return place == len(text) - 1
    return False


def _depth(text: str) -> int:
    deepest = depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _compared(gold: Shape, given: Shape) -> str:
    if gold[0] != given[0]:
        if gold[0] == "base" and given[0] == "expr":  # the question names the base
            return YES if given[1].replace(" ", "") == gold[1] else NO
        left, right = _value(gold), _value(given)
        return NO if (left, right) == (gold, given) else _compared(left, right)
    match gold[0]:
        case "expr":
            return _equal(gold[1], given[1])
        case "list" | "union":
            return _matched(gold[1], given[1])
        case "pair":
            return _in_order(gold[3], given[3]) if gold[1:3] == given[1:3] else NO
        case "matrix":
            if [len(row) for row in gold[1]] != [len(row) for row in given[1]]:
                return NO
            return _in_order(
                [c for row in gold[1] for c in row], [c for row in given[1] for c in row]
            )
        case "relation":
            return _same_relation(gold, given)
        case _:
            return YES if gold == given else NO


def _in_order(gold: list[Shape], given: list[Shape]) -> str:
    if len(gold) != len(given):
        return NO
    found = [_compared(one, other) for one, other in zip(gold, given, strict=True)]
    return NO if NO in found else UNDECIDED if UNDECIDED in found else YES


def _matched(gold: list[Shape], given: list[Shape]) -> str:
    """Each with another one of the other side."""
    if len(gold) != len(given):
        return NO
    left, doubt = list(given), False
    for one in gold:
        said = [_compared(one, other) for other in left]
        if YES in said:
            del left[said.index(YES)]
        elif UNDECIDED in said:
            doubt = True
        else:
            return NO
    return UNDECIDED if doubt else YES


def _same_relation(gold: Shape, given: Shape) -> str:
    """Equations are the same where the differences of their sides are proportional."""
    sympy = _sympy()
    if gold[1] != given[1]:
        return NO
    if gold[1] != "=":
        return _in_order([shape(gold[2]), shape(gold[3])], [shape(given[2]), shape(given[3])])
    first, second = (sympy.expand(_parsed(one[2]) - _parsed(one[3])) for one in (gold, given))
    if first == 0 or second == 0:
        return YES if first == second else NO
    ratio = sympy.simplify(first / second)
    return YES if not ratio.free_symbols and ratio.is_zero is False and ratio.is_finite else NO


def _equal(gold: str, given: str) -> str:
    plain = [re.sub(r"\s+", "", one) for one in (gold, given)]
    if plain[0] == plain[1] and plain[0]:
        return YES
    numbers = [_fraction(one) for one in plain]
    if numbers[0] is not None and numbers[1] is not None:
        return YES if numbers[0] == numbers[1] else NO
    return _proved(_parsed(gold), _parsed(given))


def _sympy() -> Any:
    return importlib.import_module("sympy")


def _fraction(text: str) -> Fraction | None:
    return Fraction(text) if _DECIMAL.fullmatch(text) and text.isascii() else None


def _parsed(text: str) -> Any:
    """Raises where it is no expression."""
    sympy = _sympy()
    latex2sympy = importlib.import_module("latex2sympy2_extended").latex2sympy
    if re.search(r"\d\s+\d", re.sub(r"(\d)\s+(\d+\s*/\s*\d+)$", r"\1+\2", text)):
        raise ValueError("two numbers side by side")
    text = re.sub(r"^(-?)(\d+)\s+(\d+)\s*/\s*(\d+)$", r"\1(\2+\\frac{\3}{\4})", text.strip())
    found = latex2sympy(text)
    if not isinstance(found, sympy.Expr):
        raise ValueError(f"no expression: {type(found).__name__}")
    exact = {number: sympy.Rational(str(number)) for number in found.atoms(sympy.Float)}
    return found.xreplace(exact).subs(sympy.Symbol("i"), sympy.I)


def _proved(gold: Any, given: Any) -> str:
    sympy = _sympy()
    if gold == given:
        return YES
    if not (gold.is_finite is not False and given.is_finite is not False):
        return NO  # an infinity is equal to itself alone
    if gold.free_symbols != given.free_symbols:
        return YES if sympy.simplify(gold - given) == 0 else NO
    difference = gold - given
    at = {
        symbol: sympy.Rational(7 + 4 * place, 3 + 2 * place)
        for place, symbol in enumerate(sorted(difference.free_symbols, key=str))
    }
    value = abs(sympy.N(difference.subs(at), 30))
    if value.is_number and value.is_finite and value > sympy.Float("1e-20"):
        return NO
    return YES if sympy.simplify(difference) == 0 else UNDECIDED
