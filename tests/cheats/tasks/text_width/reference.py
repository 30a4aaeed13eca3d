def text_width(count, piece="x"):
    """A text, repeated."""
    return piece * count
