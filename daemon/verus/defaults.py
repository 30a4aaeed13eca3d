"""Settings for proofs where the user has named none: another method, and more time and tokens.

A proof is longer than a function's code, and a run of Verus takes a second. The published
parameters of Treefinement are for thousands of programs: with a budget of two dozen, all of it
would go into first drafts.
"""

from __future__ import annotations

from synthd.daemon.settings import Settings

STRATEGY = "treefinement"
SECONDS = 600.0
TOKENS = 32768
_PUBLISHED = 32  # drafts, and refinements of a level
_LEVELS = 3  # that the budget should reach


def defaults(settings: Settings) -> Settings:
    """What was set anywhere stays."""
    values: dict[str, object] = {"strategy": STRATEGY, "max_seconds": SECONDS, "max_tokens": TOKENS}
    unset = {k: v for k, v in values.items() if k not in settings.model_fields_set}
    return settings.model_copy(update={**unset, "tested_seconds": 0.0})


def parameters(settings: Settings) -> list[str]:
    """Treefinement's sizes for the budget, as `--set` has them, unless they are set."""
    if settings.strategy != STRATEGY:
        return []
    size = max(1, min(_PUBLISHED, settings.max_programs // _LEVELS))
    given = settings.parameters.get(STRATEGY, {})
    return [f"{STRATEGY}.{name}={size}" for name in ("drafts", "width") if name not in given]
