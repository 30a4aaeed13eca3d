def special(text: str) -> float:
    """The float that a text means."""
    return float(text)
