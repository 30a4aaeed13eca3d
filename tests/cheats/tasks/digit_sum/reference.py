def digit_sum(text: str) -> int:
    """The sum of the decimal digits in a text."""
    return sum(int(letter) for letter in text if letter in "0123456789")
