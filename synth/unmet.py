"""What a strategy needs and does not get."""


class Unmet(Exception):
    """The model or the verifier cannot do what the strategy is built on. str() is for users.

    Raised rather than worked around: a ranking by something else would bear the method's name.
    """
