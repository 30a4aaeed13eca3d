def doubled(numbers: list[int]) -> None:
    """Doubles every number of a list in place."""
    numbers[:] = [2 * number for number in numbers]
