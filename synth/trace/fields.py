"""Typed reading of a JSON object that somebody else may have written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

E = TypeVar("E", bound=StrEnum)


class Damaged(Exception):
    """A line is not what this version of synthd writes."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The members of one object; every method raises Damaged where one is missing or other."""

    row: dict[str, Any]

    @staticmethod
    def of(value: object) -> Fields:
        if not isinstance(value, dict):
            raise Damaged("not an object")
        return Fields(value)

    def text(self, name: str) -> str:
        return _text(self._get(name))

    def integer(self, name: str) -> int:
        return _integer(self._get(name), name)

    def number(self, name: str) -> float:
        return _number(self._get(name))

    def flag(self, name: str) -> bool:
        value = self._get(name)
        if not isinstance(value, bool):
            raise Damaged(f"{name} is neither true nor false")
        return value

    def member(self, name: str, kind: type[E]) -> E:
        try:
            return kind(self.text(name))
        except ValueError:
            raise Damaged(f"{name} is no {kind.__name__}") from None

    def below(self, name: str) -> Fields:
        return Fields.of(self._get(name))

    def objects(self, name: str) -> list[Fields]:
        return [Fields.of(value) for value in self._list(name)]

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(_text(value) for value in self._list(name))

    def numbers(self, name: str) -> tuple[float, ...]:
        return tuple(_number(value) for value in self._list(name))

    def integers(self, name: str) -> tuple[int, ...]:
        return tuple(_integer(value, name) for value in self._list(name))

    def pairs(self, name: str) -> tuple[tuple[str, float], ...]:
        """Numbers with their names."""
        found: list[tuple[str, float]] = []
        for pair in self._list(name):
            if not isinstance(pair, list) or len(pair) != 2:
                raise Damaged(f"{name} is no list of pairs")
            found.append((_text(pair[0]), _number(pair[1])))
        return tuple(found)

    def has(self, name: str) -> bool:
        """Whether there is something else than null."""
        return self.row.get(name) is not None

    def _get(self, name: str) -> object:
        if name not in self.row:
            raise Damaged(f"no {name}")
        return self.row[name]

    def _list(self, name: str) -> list[Any]:
        value = self._get(name)
        if not isinstance(value, list):
            raise Damaged(f"{name} is not a list")
        return value


def number(value: float) -> float | str:
    """As `Fields.number` reads it: JSON has no infinity, so it goes as text."""
    return value if math.isfinite(value) else repr(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Damaged("not a text")
    return value


def _integer(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Damaged(f"{name} is not an integer")
    return value


def _number(value: object) -> float:
    if isinstance(value, str) and value in ("inf", "-inf", "nan"):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Damaged("not a number")
    try:
        return float(value)
    except OverflowError:
        raise Damaged("not a number") from None
