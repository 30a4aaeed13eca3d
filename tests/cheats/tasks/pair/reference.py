def pair(number, divisor):
    """Quotient and rest, as a tuple."""
    return divmod(number, divisor)
