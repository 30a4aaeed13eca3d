"""What every model around another one says of itself: the same as that one."""

from __future__ import annotations

from synthd.synth.ports import Model, continues, in_turn, tunes


class Forwarding:
    """`complete` is what a model around another one is for."""

    def __init__(self, inner: Model) -> None:
        self.inner = inner

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def endpoint(self) -> str:
        return self.inner.endpoint

    @property
    def slots(self) -> int:
        return self.inner.slots

    @property
    def continues(self) -> bool:
        return continues(self.inner)

    @property
    def tunes(self) -> bool:
        return tunes(self.inner)

    @property
    def in_turn(self) -> bool:
        return in_turn(self.inner)

    @property
    def identity(self) -> str:
        """Which weights it has, where the model knows it; else ""."""
        return str(getattr(self.inner, "identity", ""))
