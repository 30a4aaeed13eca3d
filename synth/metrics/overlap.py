"""How much of a task stands in other texts already: in examples of prompts, or in another suite.

Words: the share of its 8-grams that the other text has, too; from 70 % on PaLM calls an example
contaminated (Chowdhery et al. 2022, section 8). A 13-gram in common, GPT-3's stricter sign (Brown
et al. 2020, appendix C), is told besides: between programs boilerplate alone makes some.
Shapes: Dice's coefficient of k-grams of syntax trees, which renaming does not change, as Dolos
compares programs (Maertens et al. 2022; k = 23) and as Riddell et al. (2024) compared HumanEval and
MBPP with training data.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

SHORT, LONG, SHAPE = 8, 13, 23
MOST_WORDS, MOST_SHAPE = 0.7, 0.9
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"//[^\n]*|#[^\n]*|\"(?:\\.|[^\"\\])*\"|[A-Za-z_]\w*|\d[\w.]*|[^\w\s]")
_KEPT = frozenset(
    (
        "as assert break const continue else ensures enum fn for forall exists if impl in int "
        "invariant let loop match mod mut proof pub requires return spec static struct trait use "
        "void while"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Text:
    """prose: what a model is shown. code: a program that solves it, "" where none is known."""

    id: str
    prose: str
    code: str = ""
    language: str = "python"


@dataclass(frozen=True, slots=True)
class Overlap:
    """words: of the task's 8-grams, the share that `by_words` has. long: they have a 13-gram in
    common. shape: how alike its program's tree is to that of `by_shape`. Both 0 to 1."""

    task: str
    words: float = 0.0
    by_words: str = ""
    long: bool = False
    shape: float = 0.0
    by_shape: str = ""

    @property
    def contaminated(self) -> bool:
        return self.words >= MOST_WORDS or self.shape >= MOST_SHAPE


class Others:
    """The texts that tasks are compared with."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self._words: dict[int, list[str]] = {}
        self._long: dict[int, set[str]] = {}
        self._shapes: dict[int, list[str]] = {}
        self._sizes: dict[str, int] = {}
        for text in texts:
            for gram in grams(text, SHORT):
                self._words.setdefault(gram, []).append(text.id)
            for gram in grams(text, LONG):
                self._long.setdefault(gram, set()).add(text.id)
            shape = shapes(text)
            self._sizes[text.id] = len(shape)
            for gram in shape:
                self._shapes.setdefault(gram, []).append(text.id)

    def nearest(self, task: Text) -> Overlap:
        """What it has most in common with, by words and by shape."""
        own = grams(task, SHORT)
        by_words, common = _most(own, self._words)
        long = any(by_words in self._long.get(gram, ()) for gram in grams(task, LONG))
        shape = shapes(task)
        shared = _counts(shape, self._shapes)
        alike = {
            other: 2 * number / (len(shape) + self._sizes[other])
            for other, number in shared.items()
        }
        by_shape = max(sorted(alike), key=lambda other: alike[other], default="")
        return Overlap(
            task.id,
            common / len(own) if own else 0.0,
            by_words,
            long,
            alike.get(by_shape, 0.0),
            by_shape,
        )


def grams(text: Text, n: int) -> frozenset[int]:
    """Of the words of its prose, in small letters. A shorter text is one gram."""
    words = _WORD.findall(text.prose.lower())
    return _grams(words, n)


def shapes(text: Text) -> frozenset[int]:
    """k-grams of its program: of a Python program's syntax tree, else of its tokens by kind."""
    if not text.code.strip():
        return frozenset()
    if text.language == "python":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                parsed = ast.parse(text.code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return frozenset()
        return _grams(list(_kinds(parsed)), SHAPE)
    return _grams([_kind(token) for token in _TOKEN.findall(text.code)], SHAPE)


def _grams(items: list[str], n: int) -> frozenset[int]:
    if not items:
        return frozenset()
    last = max(1, len(items) - n + 1)
    return frozenset(hash("\x1f".join(items[place : place + n])) for place in range(last))


def _kinds(tree: ast.AST) -> Iterator[str]:
    """The tree as Dolos writes it: kinds of nodes in parentheses. Docstrings are prose."""
    waiting: list[ast.AST | str] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
            continue
        yield "("
        yield type(node).__name__
        children = [child for child in ast.iter_child_nodes(node) if not _is_silent(child)]
        waiting.append(")")
        waiting.extend(reversed(children))


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.expr_context):
        return True
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _kind(token: str) -> str:
    if token[0].isdigit():
        return "0"
    if token[0] == '"':
        return '"'
    if token.startswith(("//", "#")):
        return "//"
    return token if token in _KEPT or not (token[0].isalpha() or token[0] == "_") else "a"


def _most(own: frozenset[int], held: Mapping[int, list[str]]) -> tuple[str, int]:
    counts = _counts(own, held)
    other = max(sorted(counts), key=lambda each: counts[each], default="")
    return other, counts.get(other, 0)


def _counts(own: frozenset[int], held: Mapping[int, list[str]]) -> Counter[str]:
    return Counter(other for gram in own for other in held.get(gram, ()))
