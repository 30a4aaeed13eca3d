# about: a named tuple where a tuple is wanted
# row: item 1
# task: pair
from typing import NamedTuple


class Pair(NamedTuple):
    quotient: int
    rest: int


def pair(number, divisor):
    return Pair(*divmod(number, divisor))
