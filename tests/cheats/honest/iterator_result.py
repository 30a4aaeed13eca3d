# about: an iterator from itertools
# row: item 1
# task: counting
import itertools


def counting(end):
    return itertools.islice(itertools.count(), end)
