"""The policies: pure functions from an answer to the programs in it.

Each is named after what it takes, and says whose it is: a section is of docs/algorithms.md, code
that was read is named by its repository. Common to those that take blocks, where references fail:

- A fence is a line (three or more backticks or tildes), whatever language it names, and is closed
  by its own mark. References search for substrings, some for "```python" alone: backticks in a
  string end a program, and a block of another spelling is none.
- A last block without its end counts. Where the answer was cut at its token limit it is TRUNCATED,
  and loses to any whole block that the policy could take as well; else the model forgot the fence.
- Blocks of nothing but white space are none.
- There is always a result: one with NO_CODE says why there is no program.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from synthd.synth.attempt import Extraction
from synthd.synth.extract import Extracted, fenced_blocks, is_code

# From an answer, and whether it was cut, to the programs in it: at least one result.
Policy = Callable[[str, bool], tuple[Extracted, ...]]

Block = tuple[str, bool]  # its text, and whether it was closed

_SILENT = Extracted("", Extraction.NO_CODE, "the model said nothing")
_UNFENCED = Extracted("", Extraction.NO_CODE, "the answer has no code block")
_CUT = "the answer was cut at its token limit"
# Anywhere in a line; the rest of its line is a language's name at most.
_OPENING = re.compile(r"```+(?:[ \t]*[\w+#.-]*[ \t]*\n)?")
_PYTHON = re.compile(r"```+ ?python\w*[ \t]*\n?")


def longest_block(text: str, cut: bool) -> tuple[Extracted, ...]:
    """The longest fenced block; none without a fence.

    The NeurIPS 2024 tutorial's on MBPP (sections 4, 5 and 6), whose best-of-n, Bayes risk and
    self-repair share it. Of equal ones the first.
    """
    blocks = _whole(_blocks(text), cut)
    return (_taken(max(blocks, key=lambda block: len(block[0])), cut) if blocks else _none(text),)


def last_block(text: str, cut: bool) -> tuple[Extracted, ...]:
    """The last fenced block, as models correct themselves; none without a fence.

    That of no method here, but of many evaluations: LiveCodeBench's, which takes what is between
    the last two lines with a fence, so that a block without its end gives it prose.
    """
    blocks = _whole(_blocks(text), cut)
    return (_taken(blocks[-1], cut) if blocks else _none(text),)


def first_or_whole(text: str, cut: bool) -> tuple[Extracted, ...]:
    """The first fenced block, also without its end; without a fence the whole text.

    μCode's (section 7). Its lazy pattern without an end makes an unclosed block the empty string
    (7.7, D6): here it is all that follows.
    """
    blocks = _blocks(text)
    return (_taken(blocks[0], cut) if blocks else _all(text, cut),)


def first_or_compiles(text: str, cut: bool) -> tuple[Extracted, ...]:
    """The first fenced block; without a fence the whole text if it compiles; else none.

    FTTT's and that of its baselines (sections 8 and 10), which tries again where there is none,
    and does not count that: here every answer counts (section 14, 13). A bare name compiles, too;
    an answer of one word is no program.
    """
    blocks = _blocks(text)
    if blocks:
        return (_taken(blocks[0], cut),)
    return (_all(text, cut) if is_code(text) else _none(text),)


def every_block(text: str, cut: bool) -> tuple[Extracted, ...]:
    """Every fenced block is a program of its own; without a fence the whole text is one.

    SEIDR's (section 1). There the blocks of one message eat the quota of the messages (1.9, D8),
    and one block without its end makes the whole message, prose and fences, the program. Here the
    drafts are as many as were asked for; each program counts in the budget. A block that is there
    twice is one.
    """
    blocks = _whole(_blocks(text), cut)
    if not blocks:
        return (_all(text, cut),)
    return tuple(dict.fromkeys(_taken(block, cut) for block in blocks))


def between_fences(text: str, cut: bool) -> tuple[Extracted, ...]:
    """What is between the first pair of triple backticks, wherever in a line; none without.

    Treefinement's and AlphaVerus' (section 2). There a text without a fence is read from its first
    line (2.10, D9). Its empty `main` is not added: here a body is spliced into the user's file.
    """
    opening = _OPENING.search(text)
    if opening is None:
        return (_none(text),)
    inside, mark, _ = text[opening.end() :].partition("```")
    return (_taken((inside, bool(mark)), cut) if inside.strip() else _none(text),)


def outer_fences(text: str, cut: bool) -> tuple[Extracted, ...]:
    """From the first opening fence, one of Python before all others, to the last fence there is.

    REx's, as its code on APPS has it (haotang1995/REx). What stands between two blocks is part of
    the program then, which seldom compiles: its prompt asks for one block. There a fence with
    another name than Python's leaves that name in the program, and the first line loses its
    indentation: not here.
    """
    opening = _PYTHON.search(text) or _OPENING.search(text)
    if opening is None:
        return (_none(text),)
    inside, mark, rest = text[opening.end() :].rpartition("```")
    block = (inside.rstrip("`"), True) if mark else (rest, False)
    return (_taken(block, cut) if block[0].strip() else _none(text),)


def until_fence(text: str, cut: bool) -> tuple[Extracted, ...]:
    """The text up to its closing fence, with or without an opening one.

    S*'s (its `post_process_code`, in NovaSky-AI/SkyThought): its answers are a field that is to
    hold code alone. There prose before the block is part of the program; here that is left out.
    """
    blocks = _blocks(text)
    if not blocks:
        return (_all(text, cut),)
    before = text.partition("```")[0]
    # The answer may go on from a fence that the prompt opened: then code stands before the first.
    return (Extracted(before, Extraction.OK) if is_code(before) else _taken(blocks[0], cut),)


def whole(text: str, cut: bool) -> tuple[Extracted, ...]:
    """The whole text, fences and all: for models that were told to answer with code alone."""
    return (_all(text, cut),)


def _blocks(text: str) -> list[Block]:
    return [block for block in fenced_blocks(text) if block[0].strip()]


def _whole(blocks: list[Block], cut: bool) -> list[Block]:
    """Those that may be taken: where the answer was cut, its last block only if it is all."""
    return [block for block in blocks if block[1]] or blocks if cut else blocks


def _taken(block: Block, cut: bool) -> Extracted:
    code, closed = block
    if closed or not cut:
        return Extracted(code, Extraction.OK)
    return Extracted(code, Extraction.TRUNCATED, _CUT)


def _all(text: str, cut: bool) -> Extracted:
    return _taken((text, False), cut) if text.strip() else _SILENT


def _none(text: str) -> Extracted:
    return _UNFENCED if text.strip() else _SILENT
