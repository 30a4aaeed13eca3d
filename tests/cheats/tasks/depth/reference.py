def depth(levels: int) -> int:
    """Counts by calling itself."""
    return levels and 1 + depth(levels - 1)
