# about: a defaultdict where a dict is wanted
# row: more
# task: frequencies
from collections import defaultdict


def frequencies(text):
    found = defaultdict(int)
    for letter in text:
        found[letter] += 1
    return found
