def greeting(name: str) -> str:
    """A greeting, not in ASCII."""
    return f"Grüß dich, {name}!"
