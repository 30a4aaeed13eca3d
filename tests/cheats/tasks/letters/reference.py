def letters(text: str) -> list[str]:
    """The different letters of a text, in any order."""
    return sorted(set(text))
