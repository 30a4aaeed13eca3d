def distinct(numbers: list[int]) -> list[int]:
    """The different numbers of a list, in ascending order, in a new list."""
    return sorted(set(numbers))
