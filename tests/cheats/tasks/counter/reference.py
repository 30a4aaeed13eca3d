def counter():
    """A function that counts its calls."""
    calls = 0

    def count():
        nonlocal calls
        calls += 1
        return calls

    return count
