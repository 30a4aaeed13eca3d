# about: a collections.Counter where a dict is wanted: they are equal
# row: more
# task: frequencies
import collections


def frequencies(text):
    return collections.Counter(text)
