def vowels(word: str) -> int:
    """How many vowels a word has; TypeError if it is no text."""
    return sum(letter in "aeiou" for letter in iter(word))
