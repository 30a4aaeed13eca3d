def applied(function, values):
    """What a function gives for each of the values."""
    return [function(value) for value in values]
