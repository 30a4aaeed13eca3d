"""Which searches are done, for a million of them in about a hundred megabytes."""

from __future__ import annotations

from collections.abc import Container

from synthd.daemon.bench.record import Key


class Keys(Container[Key]):
    """A set that keeps of each key a digest of 16 bytes."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def __contains__(self, key: object) -> bool:
        return isinstance(key, Key) and key.compact in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, key: Key) -> bool:
        """False where it was there already."""
        before = len(self._known)
        self._known.add(key.compact)
        return len(self._known) > before
