def nested(size):
    """Containers of every kind, in each other."""
    return {
        (n, "abc"[n]): [set(range(n + 1)), frozenset({n}), (n, None, n % 2 == 0)]
        for n in range(size)
    }
