# about: exceptions by type and message
# row: item 1
# task: root
import math


def root(number):
    if not isinstance(number, int):
        raise TypeError("a whole number, please")
    if number < 0:
        raise ValueError(f"{number} has no root")
    return math.isqrt(number)
