def mean(numbers: list[float]) -> float:
    """The arithmetic mean of one or more numbers."""
    return sum(numbers) / len(numbers)
