"""Tokens as the bytes that they stand for: a token may end in the middle of a character."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
SPACE = "\u2581"  # how SentencePiece writes one


class Voice:
    """What each token of a tokenizer says."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._silent = frozenset(tokenizer.all_special_ids)
        self._added = {at: str(each.content) for at, each in tokenizer.added_tokens_decoder.items()}
        self._silent |= {at for at, each in tokenizer.added_tokens_decoder.items() if each.special}
        backend = getattr(tokenizer, "backend_tokenizer", None)
        self._of_bytes = backend is None or "ByteLevel" in repr(backend.decoder)
        self._alphabet = _alphabet()

    def raw(self, token: int) -> bytes:
        """Nothing for tokens that are no text."""
        if token in self._silent:
            return b""
        if token in self._added:
            return self._added[token].encode()
        written = self._tokenizer.convert_ids_to_tokens(token)
        if not isinstance(written, str):
            return b""  # beyond the tokenizer's own: a model's vocabulary may be padded
        if self._of_bytes:
            return b"".join(self._byte(character) for character in written)
        if found := BYTE.fullmatch(written):
            return bytes([int(found.group(1), 16)])
        return written.replace(SPACE, " ").encode()

    def _byte(self, character: str) -> bytes:
        known = self._alphabet.get(character)
        return character.encode() if known is None else bytes([known])


class Speech:
    """A text in the making: whole characters only; what ends within one is never said."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def __call__(self, raw: bytes) -> str:
        return self._decoder.decode(raw)


def _alphabet() -> dict[str, int]:
    """How byte-level tokenizers write bytes: as themselves where they can be seen, else as the
    characters from 256 on (GPT-2's table)."""
    seen = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAC + 1), *range(0xAE, 0xFF + 1)]
    table = {chr(byte): byte for byte in seen}
    hidden = (byte for byte in range(256) if byte not in set(seen))
    return table | {chr(256 + place): byte for place, byte in enumerate(hidden)}
