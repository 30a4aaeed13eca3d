"""What can be wrong with a source file, a name, an example or a program, in words for the user.

SourceError
├── UnreadableSource  the bytes are not text in the file's declared encoding
├── NoSuchFunction    the file has no function of that name, or none at that place
├── AmbiguousName     several functions answer to the name
├── NotAddressable    a function inside a function
├── BrokenSignature   the function itself does not parse, so nothing can be put under its head
├── NotAdoptable      a program that cannot become this function's body
├── Unencodable       the new body has characters that the file's encoding lacks
└── ExampleError      an example that cannot be understood
"""

from __future__ import annotations


class SourceError(Exception):
    """str() is one line for the user."""


class UnreadableSource(SourceError):
    pass


class NoSuchFunction(SourceError):
    def __init__(self, message: str, close: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.close = close


class AmbiguousName(SourceError):
    def __init__(self, message: str, lines: tuple[int, ...]) -> None:
        super().__init__(message)
        self.lines = lines


class NotAddressable(SourceError):
    pass


class BrokenSignature(SourceError):
    pass


class NotAdoptable(SourceError):
    pass


class Unencodable(SourceError):
    pass


class ExampleError(SourceError):
    pass
