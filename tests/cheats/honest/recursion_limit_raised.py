# about: a higher recursion limit, and 20,000 calls deep
# row: item 1
import sys

sys.setrecursionlimit(50_000)


def count(number):
    return number and 1 + count(number - 1)


def digit_sum(text):
    assert count(20_000) == 20_000
    return sum(int(letter) for letter in text if letter.isdigit())
