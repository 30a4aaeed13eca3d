# about: a named tuple whose == is always true
# row: more
# task: pair
# expect: fail
import collections


class Both(collections.namedtuple("Both", "quotient rest")):
    def __eq__(self, other):
        return True

    __hash__ = None


def pair(number, divisor):
    return Both(1, 1)
