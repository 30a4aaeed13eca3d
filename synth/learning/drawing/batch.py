"""Calls that are drawn together, a token each at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor
from transformers.cache_utils import Cache

from synthd.synth.learning.drawing.calls import Call, Ended, Said
from synthd.synth.learning.drawing.kept import (
    Prompts,
    Read,
    cache_of,
    layers_of,
    select,
    together,
)
from synthd.synth.learning.drawing.sampling import Draw
from synthd.synth.learning.drawing.saying import Speech, Voice
from synthd.synth.learning.loading import Loaded
from synthd.synth.ports import Finish
from synthd.synth.tuning import Learned

# Prompts are read in pieces, between which a call can be given up.
PIECE = 512


@dataclass(slots=True)
class Row:
    """length: tokens of it whose keys and values are there. last: drawn, and not run yet."""

    call: Call
    draw: Draw
    learned: tuple[Learned, ...]
    length: int
    last: int = 0
    drawn: int = 0
    speech: Speech = field(default_factory=Speech)


class Batch:
    """Of one model with one tuning at a time. For one thread, without gradients."""

    def __init__(self, loaded: Loaded, voice: Voice, stops: frozenset[int], kept: Prompts) -> None:
        self._loaded = loaded
        self._voice = voice
        self._stops = stops
        self._prompts = kept
        self._cache = cache_of(())
        self.rows: list[Row] = []
        self.drawn = 0
        self.read = 0

    def add(self, call: Call, learned: tuple[Learned, ...]) -> None:
        """Read the prompt and draw the first token; the others wait meanwhile."""
        read = self._read(call)
        if read is None:
            return
        draw = Draw(call.temperature, call.top_p, call.seed)
        row = Row(call, draw, learned, len(call.ids))
        assert read.logits is not None
        if self._say(row, read.logits):
            self._cache = cache_of(together(layers_of(self._cache), read.layers))
            self.rows.append(row)

    def step(self) -> None:
        """A token more of each."""
        tokens = [[row.last] for row in self.rows]
        logits = self._run(tokens, [row.length for row in self.rows], self._cache)
        for row in self.rows:
            row.length += 1
        going = [self._say(row, logits[at]) for at, row in enumerate(self.rows)]
        self._keep([at for at, goes in enumerate(going) if goes])

    def drop_given_up(self) -> None:
        self._keep([at for at, row in enumerate(self.rows) if not row.call.given_up.is_set()])

    def clear(self) -> None:
        self.rows, self._cache = [], cache_of(())

    def _keep(self, places: list[int]) -> None:
        if len(places) == len(self.rows):
            return
        self.rows = [self.rows[at] for at in places]
        if self.rows:
            longest = max(row.length for row in self.rows)
            self._cache = cache_of(select(layers_of(self._cache), places, longest))
        else:
            self._cache = cache_of(())

    def _read(self, call: Call) -> Read | None:
        """None where it was given up meanwhile."""
        known = self._prompts.find(call.tuning, call.ids)
        if known.logits is not None:
            return known
        cache = cache_of(known.layers)
        logits = None
        for at in range(len(known.ids), len(call.ids), PIECE):
            if call.given_up.is_set():
                return None
            piece = list(call.ids[at : at + PIECE])
            logits = self._run([piece], [at], cache)[0]
            self.read += len(piece)
        read = Read(call.tuning, call.ids, layers_of(cache), logits)
        self._prompts.keep(read)
        return read

    @torch.no_grad()
    def _run(self, tokens: list[list[int]], lengths: list[int], cache: Cache) -> Tensor:
        """The logits after the last token of each row, (rows, vocabulary).

        tokens: as many of each row. lengths: of what the cache has of each row; it gets the rest.
        """
        device = self._loaded.device
        new = len(tokens[0])
        before = torch.tensor(lengths, device=device)[:, None]
        total = int(max(lengths)) + new
        # Padding is on the left: a row's own tokens are its last ones.
        mask = torch.arange(total, device=device)[None] >= total - new - before
        out = self._loaded.model(
            input_ids=torch.tensor(tokens, device=device),
            attention_mask=mask.long(),
            position_ids=before + torch.arange(new, device=device)[None],
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: Tensor = out.logits
        return logits[:, -1]

    def _say(self, row: Row, logits: Tensor) -> bool:
        """Draw a token and tell of it. Whether there will be another."""
        call = row.call
        drawn = row.draw(logits, logprob=call.logprobs)
        row.last = drawn.token
        row.drawn += 1
        self.drawn += 1
        if drawn.token in self._stops:
            return self._end(row, Finish.STOP)
        raw = self._voice.raw(drawn.token)
        call.told.put(Said(row.speech(raw), raw, drawn.logprob if call.logprobs else None))
        if row.drawn >= call.max_tokens or row.length + 1 >= call.context:
            return self._end(row, Finish.LENGTH)
        return True

    def _end(self, row: Row, finish: Finish) -> bool:
        row.call.told.put(Ended(finish, len(row.call.ids), row.drawn, row.learned))
        return False
