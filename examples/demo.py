"""Stubs for `make demo`: synthd writes the bodies, and shows why they are right."""

from __future__ import annotations


def roman(number: int) -> str:
    """The Roman numeral of a number from 1 to 3999.

    >>> roman(4)
    'IV'
    >>> roman(1990)
    'MCMXC'
    >>> roman(3888)
    'MMMDCCCLXXXVIII'
    """
    ...


def longest_run(values: list[int]) -> int:
    """The length of the longest run of equal neighbours.

    Examples:
        longest_run([1, 1, 2, 2, 2, 3]) -> 3
        longest_run([]) -> 0
        longest_run([7]) -> 1
    """
    raise NotImplementedError


class Basket:
    """Things with a price, in cents."""

    def __init__(self) -> None:
        self.prices: dict[str, int] = {}

    def add(self, name: str, cents: int) -> None:
        self.prices[name] = cents

    def cheapest(self) -> str | None:
        """The name of the thing that costs least; None when the basket is empty.

        >>> basket = Basket()
        >>> print(basket.cheapest())
        None
        >>> basket.add("tea", 250)
        >>> basket.add("milk", 120)
        >>> basket.cheapest()
        'milk'
        """
        # TODO
