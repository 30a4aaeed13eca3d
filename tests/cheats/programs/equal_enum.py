# about: an IntEnum member whose == is always true
# row: more
# expect: fail
import enum


class Number(enum.IntEnum):
    ONE = 1

    def __eq__(self, other):
        return True

    __hash__ = enum.IntEnum.__hash__


def digit_sum(text):
    return Number.ONE
