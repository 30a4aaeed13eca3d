"""The strategies by the names that users type, and their hyperparameters as text.

A strategy is a frozen dataclass: its fields are its hyperparameters, with a default and, in the
field's metadata, a meaning and, where there is one, the most that it may be. Adding one is one file
beside this one and one line below.

One hyperparameter is common to all and a field of none, as no method has to know of it:
`extraction`, how code is read out of an answer (synth/extraction/named.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, ClassVar, Literal, Protocol, get_args, get_origin, get_type_hints

from synthd.synth.extraction import named
from synthd.synth.extraction.named import EXTRACTION
from synthd.synth.run import Strategy
from synthd.synth.strategies.auto import Auto
from synthd.synth.strategies.beam import Beam
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.strategies.fttt import Fttt
from synthd.synth.strategies.fttt_plus import FtttPlus
from synthd.synth.strategies.mbr import Mbr
from synthd.synth.strategies.multi_turn import MultiTurn
from synthd.synth.strategies.optune import Optune
from synthd.synth.strategies.revision import Revision
from synthd.synth.strategies.rex import Rex
from synthd.synth.strategies.s_star import SStar
from synthd.synth.strategies.seidr import Seidr
from synthd.synth.strategies.self_consistency import SelfConsistency
from synthd.synth.strategies.self_refine import SelfRefine
from synthd.synth.strategies.self_repair import SelfRepair
from synthd.synth.strategies.treefinement import Treefinement


class Method(Strategy, Protocol):
    """A strategy that is a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


STRATEGIES: Mapping[str, type[Method]] = {
    "auto": Auto,
    "seidr": Seidr,
    "best-of-n": BestOfN,
    "mbr": Mbr,
    "self-consistency": SelfConsistency,
    "s-star": SStar,
    "self-repair": SelfRepair,
    "multi-turn": MultiTurn,
    "revision": Revision,
    "beam": Beam,
    "self-refine": SelfRefine,
    "rex": Rex,
    "treefinement": Treefinement,
    "fttt": Fttt,
    "fttt+": FtttPlus,
    "optune": Optune,
}


class BadStrategy(Exception):
    """An unknown strategy or hyperparameter, or a value of the wrong type. str() is for users."""


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str  # "integer", "number", "true or false", "one of a, b"
    default: object
    meaning: str


def summary(name: str) -> str:
    """The first line of the strategy's module: what it is."""
    import sys

    doc = sys.modules[_named(name).__module__].__doc__ or ""
    return doc.strip().splitlines()[0]


def parameters(name: str) -> tuple[Parameter, ...]:
    kind = _named(name)
    hints = _hints(kind)
    own = (
        Parameter(f.name, _type_name(hints[f.name]), f.default, f.metadata["meaning"])
        for f in dataclasses.fields(kind)
    )
    return (*own, _extraction(name))


def _extraction(name: str) -> Parameter:
    own = named.OF_PAPERS.get(name)
    meaning = "how code is read out of an answer" + (f" (the paper: {own})" if own else "")
    return Parameter(EXTRACTION, "one of " + ", ".join(named.NAMES), named.ROBUST, meaning)


def build(name: str, given: Mapping[str, str | int | float | bool]) -> Strategy:
    """The strategy with these hyperparameters, from text or values. Raises BadStrategy.

    The common one is checked here, but is not the strategy's: whoever makes the Run gives it a
    reader by `extraction` and `named.reader`.
    """
    kind = _named(name)
    hints = _hints(kind)
    own = [f.name for f in dataclasses.fields(kind)]
    known = [*own, EXTRACTION]
    most = {f.name: f.metadata["most"] for f in dataclasses.fields(kind) if "most" in f.metadata}
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise BadStrategy(f"{name} has no parameter {key!r}{hint} It has: {', '.join(known)}")
        if key not in own:
            extraction(name, given)
            continue
        values[key] = _value(f"{name}.{key}", hints[key], value, most.get(key))
    make: Callable[..., Strategy] = kind
    return make(**values)


def extraction(name: str, given: Mapping[str, str | int | float | bool]) -> str:
    """The policy that is among these hyperparameters, by its own name. Raises BadStrategy."""
    value = str(given.get(EXTRACTION, named.ROBUST)).strip()
    if value not in named.NAMES:
        raise BadStrategy(f"{name}.{EXTRACTION}: {value!r} is not one of {', '.join(named.NAMES)}")
    return named.resolved(name, value)


def _named(name: str) -> type[Method]:
    kind = STRATEGIES.get(name)
    if kind is None:
        raise BadStrategy(f"no strategy {name!r}; there are: {', '.join(STRATEGIES)}")
    return kind


@cache
def _hints(kind: type[Method]) -> dict[str, Any]:
    """They are compiled anew every time, which searches by the thousand would wait for."""
    return get_type_hints(kind)


def _type_name(hint: object) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(map(str, get_args(hint)))
    names = {int: "integer", float: "number", bool: "true or false", str: "text"}
    return names[hint]  # type: ignore[index]


def _value(
    where: str, hint: object, value: str | int | float | bool, most: float | None = None
) -> object:
    text = str(value).strip()
    wrong = BadStrategy(f"{where}: {text!r} is not {_article(_type_name(hint))}")
    if get_origin(hint) is Literal:
        if text in get_args(hint):
            return text
        raise wrong
    if hint is str:
        return text
    if hint is bool:
        if text.lower() not in {"true", "false"}:
            raise wrong
        return text.lower() == "true"
    try:
        number = int(text) if hint is int else float(text)
    except ValueError:
        raise wrong from None
    if not 0 <= number < float("inf"):
        raise BadStrategy(f"{where}: {text!r} must not be negative or infinite")
    if most is not None and number > most:
        raise BadStrategy(f"{where}: {text!r} is more than {most:g}")
    return number


def _article(name: str) -> str:
    return (
        name
        if name.startswith(("one", "true"))
        else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    )
