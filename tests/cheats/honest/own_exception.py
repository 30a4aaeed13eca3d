# about: an exception class of its own, derived from the expected one
# row: item 1
# task: root
import math


class NoRoot(ValueError):
    pass


def root(number):
    if number < 0:
        raise NoRoot(f"{number} has no root")
    return math.isqrt(number)
