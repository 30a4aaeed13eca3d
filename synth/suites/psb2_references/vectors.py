"""PSB2's problems about vectors."""

# ruff: noqa: B905 - these also run in Pythons without zip(strict=)


def basement(numbers: list[int]) -> int:
    total = 0
    for index, number in enumerate(numbers):
        total += number
        if total < 0:
            return index
    return -1


def cut_vector(numbers: list[int]) -> tuple[list[int], list[int]]:
    right = sum(numbers)
    left = 0
    best, place = right, 0
    for cut, number in enumerate(numbers, start=1):
        left += number
        right -= number
        if abs(left - right) <= best:
            best, place = abs(left - right), cut
    return numbers[:place], numbers[place:]


def find_pair(numbers: list[int], target: int) -> tuple[int, int]:
    for index, first in enumerate(numbers):
        for second in numbers[index + 1 :]:
            if first + second == target:
                return first, second
    raise ValueError("no two numbers have this sum")


def fuel_cost(masses: list[int]) -> int:
    return sum(mass // 3 - 2 for mass in masses)


def leaders(numbers: list[int]) -> list[int]:
    found: list[int] = []
    for number in reversed(numbers):
        if not found or number >= found[-1]:
            found.append(number)
    found.reverse()
    return found


def luhn(digits: list[int]) -> int:
    # The data doubles the first digit, the third and so on, whatever the description says.
    total = 0
    for index, digit in enumerate(digits):
        if index % 2 == 0:
            digit *= 2
            if digit > 9:
                digit -= 9
        total += digit
    return total


def shopping_list(prices: list[float], discounts: list[float]) -> float:
    total = 0.0
    for price, discount in zip(prices, discounts):
        total += price * (100 - discount) / 100
    return round(total, 2)


def vector_distance(one: list[float], two: list[float]) -> float:
    squares = 0.0
    for a, b in zip(one, two):
        squares += (a - b) ** 2
    return float(squares**0.5)
