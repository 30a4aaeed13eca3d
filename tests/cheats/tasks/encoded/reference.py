def encoded(text: str, encoding: str) -> bytes:
    """A text as bytes."""
    return text.encode(encoding)
