"""Right answers of the two PSB2 problems that have several, as values and as printed text."""

from __future__ import annotations

from synthd.sandbox.programs import Checker


def cut_vector(args: tuple[object, ...], value: object) -> str:
    """Any cut at which the difference of the sums is smallest."""
    numbers = args[0]
    assert isinstance(numbers, list)
    match value:
        case (list(left), list(right)) if isinstance(value, tuple):
            pass
        case _:
            return "not a tuple of two lists"
    if left + right != numbers:
        return "not the two sides of a cut"
    differences, whole, so_far = [sum(numbers)], sum(numbers), 0
    for number in numbers:
        so_far += number
        differences.append(abs(whole - 2 * so_far))
    if abs(sum(left) - sum(right)) > min(differences):
        return f"another cut has a difference of {min(differences)}"
    return ""


def find_pair(args: tuple[object, ...], value: object) -> str:
    """Any two elements, in any order, that sum to the target."""
    numbers, target = args
    assert isinstance(numbers, list)
    match value:
        case (int(first), int(second)) if isinstance(value, tuple):
            pass
        case _:
            return "not a tuple of two integers"
    if first + second != target:
        return f"the two do not sum to {target}"
    if numbers.count(first) < 1 + (first == second) or second not in numbers:
        return "these are not two of the elements"
    return ""


def printed_cut_vector(given: tuple[object, ...], printed: object) -> str:
    numbers = _ints(_line(given[0], 1))
    left, right = _line(printed, 1), _line(printed, 3)
    try:
        sides = _ints(left), _ints(right)
        lengths = int(_line(printed, 0)), int(_line(printed, 2))
    except ValueError:
        return "not two lists, each as its length and a line of integers"
    if lengths != (len(sides[0]), len(sides[1])) or _after(printed, 4):
        return "not two lists, each as its length and a line of integers"
    return cut_vector((numbers,), sides)


def printed_find_pair(given: tuple[object, ...], printed: object) -> str:
    try:
        pair = int(_line(printed, 0)), int(_line(printed, 1))
    except ValueError:
        return "not two lines with an integer each"
    if _after(printed, 2):
        return "more than two lines"
    return find_pair((_ints(_line(given[0], 1)), int(_line(given[0], 2))), pair)


def _line(text: object, number: int) -> str:
    """Empty where there is none: empty lines at the end do not count."""
    lines = str(text).split("\n")
    return lines[number].strip() if number < len(lines) else ""


def _after(text: object, number: int) -> bool:
    return any(line.strip() for line in str(text).split("\n")[number:])


def _ints(line: str) -> list[int]:
    return [int(word) for word in line.split()]


CHECKERS: dict[str, Checker] = {"cut-vector": cut_vector, "find-pair": find_pair}
PRINTED: dict[str, Checker] = {
    "cut-vector": printed_cut_vector,
    "find-pair": printed_find_pair,
}
