"""Another body for a function, and nothing else changed."""

from __future__ import annotations

from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.layout import block_of, indentation, is_block, shifted
from synthd.synth.rust.lexer import meaningful


def replace_body(text: str, function: RustFunction, body: str) -> str:
    """The text with this body for the function; function: found in this very text.

    body: a block, or the statements of one. It is shifted to stand under the function's header,
    and takes the line ends of the file. A `;` in place of a body goes. Nothing is repaired: a body
    that does not nest makes a file that does not.
    """
    indent = indentation(text, function.header.start)
    block = _block(body)
    block = shifted(block, indentation(block, len(block)), indent).replace("\r\n", "\n")
    newline = "\r\n" if "\r\n" in text else "\n"
    block = block.replace("\n", newline)
    if function.body is not None:
        return text[: function.body.start] + block + text[function.body.end :]
    gap = newline + indent if "\n" in function.header.of(text) else " "
    return text[: function.header.end] + gap + block + text[function.whole.end :]


def _block(body: str) -> str:
    """From its first brace to its last one: a comment after it could swallow what follows."""
    tokens = meaningful(body)
    if is_block(tokens):
        return body[tokens[0].start : tokens[-1].end]
    return block_of(body) if tokens else "{\n}"
