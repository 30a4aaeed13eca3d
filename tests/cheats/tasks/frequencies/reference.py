def frequencies(text: str) -> dict[str, int]:
    """How often each letter occurs."""
    return {letter: text.count(letter) for letter in text}
