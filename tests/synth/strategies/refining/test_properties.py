"""What holds of every method that refines: budgets, seeds, cancellation, and a real search."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.sandbox.context import ModuleContext
from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.synth.attempt import Extraction
from synthd.synth.budget import Budget
from synthd.synth.events import Answered, Asked
from synthd.synth.extract import first_block
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.oracle import Oracle
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.problem import Example, Problem, Spec
from synthd.synth.run import Run
from synthd.synth.select import passes
from synthd.synth.solve import Stop, solve
from synthd.synth.strategies import registry
from synthd.synth.strategies.beam import Beam
from synthd.synth.strategies.multi_turn import MultiTurn
from synthd.synth.strategies.revision import Revision
from synthd.synth.strategies.rex import Rex
from synthd.synth.strategies.self_refine import SelfRefine
from synthd.synth.strategies.self_repair import SelfRepair
from synthd.synth.strategies.treefinement import Treefinement
from synthd.synth.verifiers.python import PythonVerifier

SMALL = st.integers(1, 6)
LEVELS = st.sampled_from(["none", "pass-fail", "first-failing", "diff", "all"])
HISTORIES = st.sampled_from(["last", "full"])
FIRST_ACCEPTED = st.one_of(
    st.builds(
        SelfRepair,
        chains=SMALL,
        rounds=SMALL,
        feedback=LEVELS,
        history=HISTORIES,
        keep_best=st.booleans(),
    ),
    st.builds(MultiTurn, n=SMALL, turns=SMALL, partial=st.booleans()),
    st.builds(Revision, n=SMALL),
    st.builds(SelfRefine, n=SMALL, critique=st.booleans()),
    st.builds(Rex, c=st.sampled_from([0.0, 1.0, 20.0]), root=st.sampled_from(["empty", "uniform"])),
    st.builds(
        Treefinement,
        drafts=SMALL,
        width=SMALL,
        iterations=SMALL,
        allocation=st.sampled_from(["rebase_ceil", "largest_remainder", "sample"]),
        prune=st.sampled_from(["negative", "invalid"]),
        history=HISTORIES,
    ),
)
COLLECTING = st.one_of(
    st.builds(MultiTurn, n=SMALL, turns=SMALL, selector=st.sampled_from(["random", "lv", "pt+lv"])),
    st.builds(Beam, beams=SMALL),
)
ANY = FIRST_ACCEPTED | COLLECTING


def some_marks(prompt: Prompt, sampling: Sampling, call: int) -> str:
    """A program, now and then none, as the sampling seed has it; some talk a lot about it."""
    random = Random(sampling.seed)
    if random.random() < 0.1:
        return "no idea"
    return "".join(random.choice("0011!") for _ in range(4)) + random.choice(["", "", "#"])


@given(ANY, st.integers(1, 30), st.integers(8, 200), st.integers(1, 6), st.integers(0, 1000))
def test_no_search_overspends(play, strategy, programs, tokens, slots, seed) -> None:
    budget = Budget(programs, 60, tokens, 8)
    ended = play(strategy, some_marks, budget, seed=seed, slots=slots)
    usage = ended.outcome.usage
    spent = sum(e.completion_tokens for e in ended.events if isinstance(e, Answered))
    assert usage.programs == len(ended.tried) <= programs
    assert spent <= usage.completion_tokens <= tokens
    assert usage.model_calls == sum(isinstance(event, Asked) for event in ended.events)
    assert ended.model.running == 0
    assert len({a.candidate.node for a in ended.tried}) == len(ended.tried)


@given(FIRST_ACCEPTED, st.integers(0, 1000))
def test_the_first_accepted_program_ends_it(play, strategy, seed) -> None:
    ended = play(strategy, some_marks, Budget(40, 60, 4000, 8), seed=seed, slots=3)
    assert (ended.outcome.stop is Stop.SOLVED) == any(map(passes, ended.tried))
    if ended.tried:
        assert ended.outcome.best.rank == max(attempt.rank for attempt in ended.tried)


@given(ANY, st.integers(0, 1000), st.integers(1, 4))
def test_same_seed_same_search(play, strategy, seed, slots) -> None:
    budget = Budget(25, 60, 4000, 8)
    first, second = (play(strategy, some_marks, budget, seed=seed, slots=slots) for _ in range(2))
    assert first.events == second.events
    assert first.outcome.best == second.outcome.best


@given(ANY)
def test_cancelled_it_leaves_nothing_running(strategy) -> None:
    model = ScriptedModel(lambda *_: "word " * 50, seconds_per_token=0.01)

    async def cancelled() -> Run:
        # Nothing can be judged before the first word is out, which is when it is cancelled.
        heard = asyncio.Event()
        run = Run(
            Problem("p", "", entry_point="f"),
            model,
            Never(),
            Budget(9, 60),
            0,
            lambda text, cut: (text, Extraction.OK, ""),
            lambda event: heard.set() if not isinstance(event, Asked) else None,
        )
        search = asyncio.create_task(solve(run, strategy))
        await heard.wait()
        search.cancel()
        with pytest.raises(asyncio.CancelledError):
            await search
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return run

    run = asyncio.run(cancelled())
    assert model.running == 0
    assert run.ledger.usage.completion_tokens > 0, "what was heard is paid for"
    assert run.left.tokens == run.budget.tokens - run.ledger.usage.completion_tokens
    assert run.left.programs == run.budget.programs


class Never:
    """A verifier that is not reached; with estimates, for methods that want some."""

    async def verify(self, problem, candidate):
        raise AssertionError("nothing was whole yet")

    async def estimate(self, problem, candidate):
        raise AssertionError("nothing was whole yet")


HEAD = "def largest(xs: list[int]) -> int:"
CHECKS = (
    Example("a", "largest([1, 3, 2])", "3", 3),
    Example("b", "largest([7, 1])", "7", 4),
    Example("c", "largest([])", "0", 5),
)
PROBLEM = Problem(
    "p",
    "The largest, 0 for none.",
    start=HEAD + '\n    """The largest, 0 for none."""',
    head=HEAD,
    entry_point="largest",
    spec=Spec(CHECKS),
)
FAILS, CLOSE, RIGHT = (
    f"    return {said}\n" for said in ("xs[1]", "max(xs)", "max(xs, default=0)")
)


def mending(prompt: Prompt, sampling: Sampling, call: int) -> str:
    """Writes the next better program than the last one it sees in the conversation."""
    if "Do not write code" in prompt[-1].content:
        return "Mind the empty list."
    seen = "".join(message.content for message in prompt)
    program = RIGHT if "max(xs)" in seen else CLOSE if "xs[1]" in seen else FAILS
    return f"So:\n```python\n{HEAD}\n{program}```\n"


def sampling(prompt: Prompt, sampling: Sampling, call: int) -> str:
    program = [FAILS, CLOSE, RIGHT][call % 3]
    return f"```python\n{HEAD}\n{program}```"


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    program = first_block(text, "largest", cut=cut).program
    return program.partition("\n")[2], Extraction.OK, ""


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("self-repair", {"rounds": 2}),
        ("multi-turn", {}),
        ("multi-turn", {"selector": "random"}),
        ("revision", {}),
        ("revision", {"oracle": "true"}),
        ("beam", {"beams": 3}),
        ("self-refine", {"critique": "true"}),
        ("rex", {}),
        ("treefinement", {"drafts": 2, "width": 2, "prune": "invalid"}),
    ],
    ids=str,
)
async def test_a_real_search(tmp_path: Path, name, parameters) -> None:
    detection = await detect()
    if detection.level is Level.NONE:
        pytest.skip("; ".join(detection.reasons))
    path = tmp_path / "m.py"
    path.write_text(f"{HEAD}\n    ...\n")
    context = ModuleContext(Path(sys.executable), "m", path, (tmp_path,), tmp_path)
    async with PythonVerifier(
        context, CHECKS, path.read_text(), "largest", lambda code: f"{HEAD}\n{code}",
        Limits(cpu_seconds=1, wall_seconds=10), detection,
    ) as verifier:  # fmt: skip
        judge = Oracle(verifier, verifier) if parameters.get("oracle") else verifier
        scripted = ScriptedModel(sampling if name == "beam" else mending)
        run = Run(PROBLEM, scripted, judge, Budget(programs=40, seconds=60), 0, read)
        outcome = await solve(run, registry.build(name, parameters))
    assert outcome.stop is Stop.SOLVED
    assert outcome.best is not None and outcome.best.candidate.code == RIGHT
    assert len(list(outcome.best.lineage())) == (1 if name == "beam" else 3)
    assert outcome.usage.judge_seconds > 0 and scripted.running == 0
