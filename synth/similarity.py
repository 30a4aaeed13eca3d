"""How alike two texts are, by the edits that make one of the other."""

from __future__ import annotations


def distance(left: str, right: str) -> int:
    """Levenshtein's distance in characters.

    Bit-parallel (Myers 1999, as Hyyrö 2003 gives it), a column of the table in one integer: the
    texts of a whole search are compared pair by pair while the model waits.
    """
    if len(left) > len(right):
        left, right = right, left
    if not left:
        return len(right)
    places: dict[str, int] = {}
    for at, letter in enumerate(left):
        places[letter] = places.get(letter, 0) | 1 << at
    every, last = (1 << len(left)) - 1, 1 << len(left) - 1
    up, down, edits = every, 0, len(left)  # where the column rises and falls, and its last entry
    for letter in right:
        same = places.get(letter, 0)
        diagonal = ((same & up) + up ^ up) | same | down
        rises = down | ~(diagonal | up) & every
        falls = up & diagonal
        edits += bool(rises & last) - bool(falls & last)
        rises, falls = rises << 1 | 1, falls << 1
        up = (falls | ~(diagonal | rises)) & every
        down = rises & diagonal & every
    return edits


def similarity(left: str, right: str) -> float:
    """1 - distance / the longer length; 1 for two empty texts."""
    longest = max(len(left), len(right))
    return 1 - distance(left, right) / longest if longest else 1.0
