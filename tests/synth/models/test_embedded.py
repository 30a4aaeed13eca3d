"""The embedded engine with the real 0.5B model, and what it leaves behind: nothing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import psutil
import pytest

from synthd.synth.models.embedded import EmbeddedModel
from synthd.synth.models.engine import EngineSettings
from synthd.synth.models.errors import ContextTooLong, ModelFailed, UnknownModel
from synthd.synth.ports import Finish, Message, Prompt, Sampling, continues

Make = Callable[[], EmbeddedModel]
ADD: Prompt = (
    Message("system", "You answer with one Python code block and nothing else."),
    Message("user", "def add(a: int, b: int) -> int:\n    '''The sum of a and b.'''"),
)
LONG: Prompt = (Message("user", "Count from one to ten thousand, in words."),)


def greedy(tokens: int) -> Sampling:
    return Sampling(temperature=0.0, max_tokens=tokens, seed=1)


def engines() -> list[psutil.Process]:
    """The engine processes that are ours."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if any("engine_child" in word for word in child.cmdline())
    ]


async def in_the_middle(model: EmbeddedModel) -> asyncio.Task[object]:
    """A long call that has begun to answer."""
    talking = asyncio.Event()
    call = asyncio.create_task(model.complete(LONG, greedy(2000), lambda _: talking.set()))
    begun = asyncio.create_task(talking.wait())
    await asyncio.wait([call, begun], return_when=asyncio.FIRST_COMPLETED)
    begun.cancel()
    assert not call.done(), call
    return call


@pytest.fixture
async def make(weights: Path) -> AsyncIterator[Make]:
    made: list[EmbeddedModel] = []

    def embedded() -> EmbeddedModel:
        made.append(EmbeddedModel(EngineSettings(weights, "qwen2.5-coder:0.5b")))
        return made[-1]

    yield embedded
    for model in made:
        await model.aclose()


@pytest.mark.real_model
async def test_completes(make: Make) -> None:
    model = make()
    assert engines() == [], "it starts at the first call, not before"
    heard: list[str] = []
    completion = await model.complete(ADD, greedy(200), heard.append)
    assert "return a + b" in completion.text
    assert "".join(heard) == completion.text
    assert completion.finish is Finish.STOP and completion.counted
    assert abs(completion.completion_tokens - len(heard)) <= 2
    assert 20 < completion.prompt_tokens < 80
    again = await model.complete(ADD, greedy(200))
    assert again.text == completion.text
    assert (model.name, model.slots) == ("local/qwen2.5-coder:0.5b", 4)
    assert model.endpoint == "this machine (embedded)"


@pytest.mark.real_model
async def test_max_tokens_is_a_hard_limit(make: Make) -> None:
    completion = await make().complete(LONG, greedy(5))
    assert completion.finish is Finish.LENGTH and completion.completion_tokens == 5


@pytest.mark.real_model
async def test_tells_how_likely_its_tokens_were(make: Make) -> None:
    ask: Prompt = (Message("user", "Repeat this, nothing else: naïve 漢字 🙂"),)
    said = await make().complete(ask, Sampling(0.0, 30, 1, logprobs=True))
    assert said.logprobs is not None
    assert all(-30 < logprob <= 0 for logprob in said.logprobs)
    assert "".join(said.pieces) == said.text
    assert len(said.pieces) == len(said.logprobs) <= said.completion_tokens


async def test_a_prompt_that_does_not_fit(make: Make) -> None:
    with pytest.raises(ContextTooLong, match="4096"):
        await make().complete((Message("user", "word " * 5000),), greedy(5))


@pytest.mark.real_model
async def test_cancelling_frees_the_slot_and_leaves_the_engine(make: Make) -> None:
    model = make()
    for _ in range(model.slots):
        call = await in_the_middle(model)
        call.cancel()
        await asyncio.wait([call])
        assert call.cancelled()
    (engine,) = engines()
    completions = await asyncio.gather(*(model.complete(ADD, greedy(60)) for _ in range(4)))
    assert all("return a + b" in completion.text for completion in completions)
    assert engines() == [engine]


@pytest.mark.real_model
async def test_closing_stops_what_runs_and_leaves_no_process(make: Make) -> None:
    model = make()
    call = await in_the_middle(model)
    await model.aclose()
    assert engines() == []
    with pytest.raises(ModelFailed, match="the embedded engine was stopped"):
        await call
    with pytest.raises(ModelFailed, match="the embedded engine was stopped"):
        await model.complete(ADD, greedy(5))
    assert engines() == []


@pytest.mark.real_model
async def test_closing_while_it_loads(make: Make) -> None:
    model = make()
    call = asyncio.create_task(model.complete(ADD, greedy(5)))
    while not engines():  # noqa: ASYNC110  another process, nothing tells us
        await asyncio.sleep(0.01)
    await model.aclose()
    assert engines() == []
    with pytest.raises(ModelFailed, match="stopped"):
        await call


@pytest.mark.real_model
async def test_a_crash_is_told_and_survived_once(make: Make) -> None:
    model = make()
    call = await in_the_middle(model)
    engines()[0].kill()
    with pytest.raises(ModelFailed, match="stopped working: killed by signal 9"):
        await call
    assert "return a + b" in (await model.complete(ADD, greedy(60))).text


@pytest.mark.real_model
async def test_an_engine_that_keeps_crashing_is_given_up(make: Make) -> None:
    model = make()
    call = await in_the_middle(model)
    engines()[0].kill()
    with pytest.raises(ModelFailed):
        await call
    await model.start()  # its second life, in which it says nothing
    engines()[0].kill()
    with pytest.raises(ModelFailed, match=r"stopped working|twice in a row"):
        await model.complete(ADD, greedy(60))
    with pytest.raises(ModelFailed, match="twice in a row: killed by signal 9"):
        await model.complete(ADD, greedy(60))
    assert engines() == []


@pytest.mark.real_model
async def test_nobody_else_can_use_it(make: Make) -> None:
    model = make()
    await model.start()
    (engine,) = engines()
    (address,) = {(c.laddr.ip, c.laddr.port) for c in engine.net_connections() if not c.raddr}
    assert address[0] == "127.0.0.1"
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{address[1]}") as stranger:
        body = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}
        for headers in ({}, {"Authorization": "Bearer guess"}):
            answer = await stranger.post("/v1/chat/completions", json=body, headers=headers)
            assert answer.status_code == 401


@pytest.mark.real_model
@pytest.mark.parametrize("loaded", [True, False], ids=["running", "loading"])
def test_it_dies_with_a_parent_that_is_killed(weights: Path, loaded: bool) -> None:
    program = f"""
import asyncio, psutil
from pathlib import Path
from synthd.synth.models.embedded import EmbeddedModel
from synthd.synth.models.engine import EngineSettings
async def main():
    model = EmbeddedModel(EngineSettings(Path({str(weights)!r}), "m"))
    start = asyncio.create_task(model.start())
    if {loaded}:
        await start
    while not (children := psutil.Process().children()):
        await asyncio.sleep(0.01)
    print(children[0].pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    engine = psutil.Process(int(parent.stdout.readline()))
    assert engine.is_running()
    parent.kill()
    parent.communicate(timeout=30)
    _, alive = psutil.wait_procs([engine], timeout=30)
    assert not alive


async def test_weights_that_are_not_there(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the embedded engine is not installed")
    model = EmbeddedModel(EngineSettings(tmp_path / "no.gguf", "qwen2.5-coder:0.5b"))
    with pytest.raises(UnknownModel, match=r"run `synthd models pull qwen2.5-coder:0.5b`"):
        await model.start()


async def test_weights_that_are_none(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the embedded engine is not installed")
    (tmp_path / "bad.gguf").write_bytes(os.urandom(4096))
    model = EmbeddedModel(EngineSettings(tmp_path / "bad.gguf", "bad"))
    with pytest.raises(ModelFailed, match=r"could not load .*bad\.gguf"):
        await model.complete(ADD, greedy(5))
    assert engines() == []
    await model.aclose()


async def test_a_load_that_takes_too_long(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the embedded engine is not installed")
    fifo = tmp_path / "slow.gguf"
    fifo.write_bytes(b"GGUF")
    model = EmbeddedModel(EngineSettings(fifo, "slow", deadline=0.0))
    with pytest.raises(ModelFailed, match="did not load slow within 0 s"):
        await model.start()
    assert engines() == []
    await model.aclose()


@pytest.mark.real_model
async def test_goes_on_where_the_prompt_ends(make: Make) -> None:
    model = make()
    begun = "```python\ndef add(a: int, b: int) -> int:\n"
    completion = await model.complete((*ADD, Message("assistant", begun)), greedy(60))
    assert continues(model) and "return a + b" in completion.text
    assert "def add" not in completion.text, "it does not begin anew, nor repeat what was given"
