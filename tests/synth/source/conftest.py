"""Files as people write them."""

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent

import pytest

from synthd.synth.source.splice import splice
from synthd.synth.source.target import Target, find
from synthd.synth.source.text import SourceText


@dataclass(frozen=True, slots=True)
class Opened:
    source: SourceText
    target: Target

    def spliced(self, body: str, comment: str | None = None) -> bytes:
        return splice(self.source, self.target, body, comment)


@pytest.fixture
def opened() -> Callable[[str | bytes, str], Opened]:
    """A text (dedented) or bytes (as they are), and a function of it."""

    def open_(file: str | bytes, name: str) -> Opened:
        raw = file if isinstance(file, bytes) else dedent(file).encode()
        source = SourceText.from_bytes(raw, "file.py")
        return Opened(source, find(source, name))

    return open_
