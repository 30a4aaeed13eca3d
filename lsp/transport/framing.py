"""Where one message ends and the next begins: the protocol's headers, with limits."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

LENGTH = re.compile(rb"^content-length: *(\d+) *\r$", re.IGNORECASE | re.MULTILINE)
HEADER = 4096  # bytes; real headers have fewer than 100
# Reading the JSON of a body cannot be interrupted, and 50 ms are all that other clients may wait.
LARGEST = 32 << 20


class NotTheProtocol(Exception):
    """What follows cannot be read either: the connection has to end. str() is for a log."""


async def bodies(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Until the other end closes. Raises NotTheProtocol."""
    while True:
        try:
            header = await stream.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as end:
            if end.partial and not end.partial.isspace():
                raise NotTheProtocol("the input ended within a message") from None
            return
        except asyncio.LimitOverrunError:
            raise NotTheProtocol("a header that does not end") from None
        try:
            yield await stream.readexactly(_length(header))
        except asyncio.IncompleteReadError:
            raise NotTheProtocol("the input ended within a message") from None
        # A client that sends faster than it is served would keep the loop to itself.
        await asyncio.sleep(0)


def _length(header: bytes) -> int:
    lengths = {found[1] for found in LENGTH.finditer(header)}
    if len(header) > HEADER:
        raise NotTheProtocol("a header that does not end")
    if len(lengths) != 1:
        raise NotTheProtocol("a header without Content-Length: this is not a language client")
    digits = lengths.pop().lstrip(b"0") or b"0"
    if len(digits) > 12 or int(digits) > LARGEST:
        raise NotTheProtocol(f"a message of more than {LARGEST >> 20} MiB")
    return int(digits)
