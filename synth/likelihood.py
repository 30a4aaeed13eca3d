"""How likely a model found what it said: the mean log-probability of a completion's tokens."""

from __future__ import annotations

import math
from statistics import fmean

from synthd.synth.attempt import Attempt
from synthd.synth.extract import first_block


def mean(attempt: Attempt) -> float:
    """Over all tokens of the completion, prose included; -inf for an empty one."""
    logprobs = attempt.candidate.logprobs
    return fmean(logprobs) if logprobs else -math.inf


def total(attempt: Attempt) -> float:
    """The sum over all tokens: the log-probability of the whole completion."""
    logprobs = attempt.candidate.logprobs
    return math.fsum(logprobs) if logprobs else -math.inf


def code_mean(attempt: Attempt, name: str) -> float:
    """Over the tokens of the program called `name` in the completion; -inf without a program.

    A token counts where any of its characters is the program's.
    """
    candidate = attempt.candidate
    program = candidate.program or first_block(candidate.completion, name).program
    drawn = "".join(candidate.pieces)
    start = candidate.completion.find(program)
    if not candidate.logprobs or not program or not candidate.completion.endswith(drawn):
        return -math.inf
    # What the prompt began the answer with was not drawn, and is no token.
    end, at, inside = start + len(program), len(candidate.completion) - len(drawn), []
    for piece, logprob in zip(candidate.pieces, candidate.logprobs, strict=True):
        if at < end and at + len(piece) > start:
            inside.append(logprob)
        at += len(piece)
    return fmean(inside) if inside else -math.inf
