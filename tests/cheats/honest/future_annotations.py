# about: a future import in the first line, and names that are never defined
# row: more
from __future__ import annotations


def digit_sum(text: Undefined) -> Missing:
    return sum(int(letter) for letter in text if letter.isdigit())
