def power(base: int, exponent: int) -> int:
    """A power, of any size."""
    return base**exponent
