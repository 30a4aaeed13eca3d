def root(number: int) -> int:
    """The whole root of a number; ValueError if there is none, TypeError if it is no number."""
    if number < 0:
        raise ValueError(f"{number} has no root")
    return int(number**0.5)
