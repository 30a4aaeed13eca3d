# about: returns functions that keep a state
# row: item 1
# task: counter
import itertools


def counter():
    return itertools.count(1).__next__
