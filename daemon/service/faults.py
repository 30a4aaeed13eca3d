"""What may be written about an exception: its type, and where it came from.

Never its message: those of libraries quote what they were given, and that is source text, paths of
projects, or worse.
"""

from __future__ import annotations

import traceback

FRAMES = 30  # the innermost ones


def describe(error: BaseException) -> str:
    """Several lines, the innermost frame last, causes first."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append(_one(current))
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return "\nthen:\n".join(reversed(parts))


def name(error: BaseException) -> str:
    """Its type, and the system's word for what went wrong, if it is the system's."""
    kind = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return f"{kind}: {error.strerror}"
    return kind


def _one(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join([*places, name(error)])
