def counting(end):
    """Yields the numbers from 0 to end - 1."""
    yield from range(end)
