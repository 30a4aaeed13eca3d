"""One key: its search, the verdict on what it came to, and the record of both."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable

from synthd.daemon.bench.case import Found, Score, Sought
from synthd.daemon.bench.engine import Finished, broken
from synthd.daemon.bench.record import Key, Record
from synthd.daemon.bench.shared import Shared
from synthd.daemon.bulk.result import text_sha256
from synthd.daemon.exits import Failure
from synthd.daemon.traces.kept import Told
from synthd.synth.models.cached import CachedModel
from synthd.synth.models.errors import ContextTooLong, EmptyAnswer, ModelError
from synthd.synth.models.forwarding import Forwarding
from synthd.synth.ports import Completion, Model, Prompt, Sampling, unheard
from synthd.synth.strategies import registry

# Beyond the search's own budget: verdicts, and a machine that is busy.
PATIENCE = 1800.0
# Samples of one seed are as independent as seeds are.
_BETWEEN_SAMPLES = 1_000_003


async def run_one(key: Key, shared: Shared) -> Finished:
    """Never raises for what goes wrong in it: that is a record of the kind `infra`."""
    sink = _Lines()
    drawn = Drawn(shared.models[key.model], shared.experiment.slots)
    try:
        async with asyncio.timeout(shared.experiment.budget.seconds + PATIENCE):
            watched = Watched(_kept(shared, drawn))
            sought = _sought(key, shared, watched, sink)
            case = shared.case(key)
            found = await case.search(sought, shared.tools)
            score = Score(False, "no_code")
            if watched.failure:
                return broken(key, watched.failure, sink.text)
            if found.program:
                score = await case.score(found.program, shared.tools)
    except TimeoutError:
        return broken(key, "the search, or its verdict, did not come to an end", sink.text)
    except Failure as failure:
        return broken(key, str(failure), sink.text)
    except Exception as error:  # whatever it is, it is not the program's doing
        return broken(key, f"{type(error).__name__}: {error}", sink.text)
    if score.passed is None:
        return broken(key, f"no verdict: {score.error or score.outcome}", sink.text)
    return Finished(_record(key, shared, found, score, drawn.tokens), found.program, sink.text)


class Drawn(Forwarding):
    """The model as one search sees it: with its own slots, counting what is really drawn.

    With one slot it does everything in turn, so that no speed of anything decides its way.
    """

    def __init__(self, inner: Model, slots: int) -> None:
        super().__init__(inner)
        self._slots = slots
        self.tokens = 0

    @property
    def slots(self) -> int:
        return self._slots

    @property
    def in_turn(self) -> bool:
        return self._slots == 1

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        completion = await self.inner.complete(prompt, sampling, heard)
        self.tokens += completion.completion_tokens
        return completion


class Watched(Forwarding):
    """The model with a memory for how it failed. A search that has an accepted program bears with a
    model that breaks, which is right for a user; here it would be another search than was meant."""

    failure = ""

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        try:
            return await self.inner.complete(prompt, sampling, heard)
        except (EmptyAnswer, ContextTooLong):
            raise  # answers, of a kind: they will be the same when it is tried again
        except ModelError as error:
            self.failure = str(error)
            raise


class _Lines(io.StringIO):
    """A trace that is kept until the search has ended."""

    @property
    def text(self) -> str:
        return self._kept if self.closed else self.getvalue()

    def close(self) -> None:
        if not self.closed:
            self._kept = self.getvalue()
        super().close()


def _kept(shared: Shared, drawn: Drawn) -> Model:
    if shared.answers is None:
        return drawn
    return CachedModel(drawn, shared.answers, replay=shared.place.replay)


def _sought(key: Key, shared: Shared, model: Model, sink: _Lines) -> Sought:
    spec = shared.strategy(key)
    return Sought(
        model=model,
        strategy=registry.build(spec.name, spec.parameters),
        strategy_name=spec.name,
        budget=shared.experiment.budget.budget,
        seed=key.seed + _BETWEEN_SAMPLES * key.sample,
        extraction=registry.extraction(spec.name, spec.parameters),
        tracing=Told(key.digest[:12], sink) if shared.place.traces else None,
        scorer=shared.scorer,
    )


def _record(key: Key, shared: Shared, found: Found, score: Score, drawn: int) -> Record:
    usage = found.usage
    return Record(
        suite=key.suite,
        task=key.task,
        strategy=key.strategy,
        model=key.model,
        seed=key.seed,
        sample=key.sample,
        visible=found.visible,
        passed=score.passed,
        outcome=score.outcome,
        stop=found.stop,
        oracle=found.oracle,
        in_process=score.in_process,
        program=text_sha256(found.program) if found.program else "",
        turn=found.turn,
        programs=usage.programs,
        model_calls=usage.model_calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cached_tokens=max(0, usage.completion_tokens - drawn),
        estimated=usage.estimated,
        money=_money(key, shared, usage.prompt_tokens, usage.completion_tokens),
        executed=score.executed,
        declared=score.declared,
        seconds=round(found.seconds, 3),
        judge_seconds=round(usage.judge_seconds, 3),
        cpu_seconds=round(score.cpu_seconds, 3),
        at=round(time.time(), 1),
    )


def _money(key: Key, shared: Shared, prompt: int, completion: int) -> float | None:
    """What it would cost to draw all of it: an answer that was kept costs the same."""
    price = shared.prices[key.model]
    if price is None:
        return None
    return round((prompt * price.prompt + completion * price.completion) / 1e6, 8)
