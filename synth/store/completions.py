"""Completions by what was asked for: model and weights, messages, sampling, and which sample."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from synthd.synth.ports import Completion, Finish, Prompt, Sampling
from synthd.synth.store import checked
from synthd.synth.tuning import Learned

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """One call as it went. completion is None where it gave an empty answer, or, with
    unfinished, none: it was cancelled after `heard`."""

    heard: tuple[str, ...]
    completion: Completion | None = None
    message: str = ""  # of an empty answer
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unfinished: bool = False


class Completions:
    """A folder with a file for each call. What is damaged is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Kept | None:
        body = checked.read(self._path(key))
        if body is None:
            return None
        try:
            return _kept(body)
        except (LookupError, TypeError, ValueError):  # of another version
            return None

    def put(self, key: str, kept: Kept) -> None:
        """Raises OSError."""
        checked.write(self._path(key), {"schema": SCHEMA, **asdict(kept)})

    def settle(self, key: str, kept: Kept) -> Kept:
        """Keep it unless there is an answer already, and return the one that is kept: of several
        searches that draw the same call at once, all go on with the answer that came first.
        Raises OSError."""
        if checked.add(self._path(key), {"schema": SCHEMA, **asdict(kept)}):
            return kept
        known = self.get(key)
        if known is not None and not known.unfinished:
            return known
        self.put(key, kept)  # what was there was cut off, or is damaged
        return kept

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"


def key(model: str, identity: str, prompt: Prompt, sampling: Sampling, index: int) -> str:
    """index: the how manieth call with all the rest the same."""
    return checked.digest(
        {
            "schema": SCHEMA,
            "model": model,
            "identity": identity,
            "messages": [asdict(message) for message in prompt],
            "sampling": _sampling(sampling),
            "index": index,
        }
    )


def _sampling(sampling: Sampling) -> dict[str, Any]:
    """What is not asked for is not in the key, so that what was kept before it was known stays."""
    row = asdict(sampling)
    if sampling.top_p is None:
        del row["top_p"]
    if sampling.tuning is None:
        del row["tuning"]
    return row


def _kept(body: dict[str, Any]) -> Kept:
    if body.pop("schema") != SCHEMA:
        raise ValueError("another schema")
    told = body["completion"]
    completion = None
    if told is not None:
        logprobs = told["logprobs"]
        completion = Completion(
            **{
                **told,
                "finish": Finish(told["finish"]),
                "logprobs": None if logprobs is None else tuple(logprobs),
                "pieces": tuple(told["pieces"]),
                "learned": tuple(Learned(**row) for row in told.get("learned", ())),
            }
        )
    return Kept(**{**body, "heard": tuple(body["heard"]), "completion": completion})
