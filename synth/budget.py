"""How much a search may spend. A budget is always given; every model call counts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Budget:
    """programs: candidates judged. seconds: wall time. tokens: completion tokens of all calls.

    tokens_per_call bounds one completion: a model that rambles must not eat the whole budget.
    """

    programs: int = 24
    seconds: float = 120.0
    tokens: int = 8192
    tokens_per_call: int = 1024


@dataclass(slots=True)
class Usage:
    """What a search has spent."""

    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    programs: int = 0
    judge_seconds: float = 0.0
    estimated: bool = False  # some token counts are ours because the backend gave none


# Below this many tokens no function comes back whole: such a call would only burn the rest.
SMALLEST_CALL = 32


@dataclass(slots=True)
class Ledger:
    """Grants and settles spending, so that concurrent calls together never overspend.

    Tokens and programs are reserved before a call and settled after it: what is in flight is
    part of what is spent. A refused grant leaves everything unchanged.
    """

    budget: Budget
    usage: Usage = field(default_factory=Usage)
    exhausted: bool = False
    _tokens_held: int = 0
    _programs_held: int = 0

    @property
    def tokens_left(self) -> int:
        return self.budget.tokens - self.usage.completion_tokens - self._tokens_held

    @property
    def programs_left(self) -> int:
        return self.budget.programs - self.usage.programs - self._programs_held

    def grant_tokens(self, most: int | None = None) -> int | None:
        """Reserve tokens for one call, no more than `most`; 0 when too few are left.

        None: not now. A call in flight costs less than what is reserved for it, nearly always, so
        what is short of a whole call is given only when nothing more can come back.
        """
        limit = min(self.budget.tokens_per_call, most or self.budget.tokens_per_call)
        grant = min(self.tokens_left, limit)
        if grant < limit and self._tokens_held:
            return None
        if grant < min(SMALLEST_CALL, limit):
            self.exhausted = True
            return 0
        self._tokens_held += grant
        return grant

    def settle_tokens(self, grant: int, prompt: int, completion: int, *, counted: bool) -> None:
        """Replace a reservation by what the call really cost (also a cancelled one)."""
        self._tokens_held -= grant
        self.usage.model_calls += 1
        self.usage.prompt_tokens += prompt
        self.usage.completion_tokens += completion
        self.usage.estimated = self.usage.estimated or not counted

    def grant_program(self) -> bool:
        """Reserve one program; False when none is left."""
        if self.programs_left <= 0:
            self.exhausted = True
            return False
        self._programs_held += 1
        return True

    def return_program(self) -> None:
        self._programs_held -= 1

    def settle_program(self, seconds: float) -> None:
        self._programs_held -= 1
        self.usage.programs += 1
        self.usage.judge_seconds += seconds
