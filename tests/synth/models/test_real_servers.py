"""Ollama's client and litellm, each in front of the real 0.5B model."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from synthd.synth.models import ollama_server
from synthd.synth.models.engine import Engine, EngineSettings
from synthd.synth.models.ollama import OllamaModel
from synthd.synth.models.remote import RemoteModel
from synthd.synth.ports import Finish, Message, Prompt, Sampling

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning"),
]
GREEDY = Sampling(temperature=0.0, max_tokens=60, seed=1)
ADD: Prompt = (
    Message("system", "You answer with one Python code block and nothing else."),
    Message("user", "def add(a: int, b: int) -> int:\n    '''The sum of a and b.'''"),
)


@pytest.fixture
async def engine(weights: Path) -> AsyncIterator[Engine]:
    engine = await Engine.launch(EngineSettings(weights, "m"))
    yield engine
    await engine.stop()


def base_of(engine: Engine) -> str:
    return str(engine.client.base_url).rstrip("/") + "/v1"


def key_of(engine: Engine) -> str:
    return str(engine.client.headers["Authorization"]).removeprefix("Bearer ")


async def test_litellm(engine: Engine) -> None:
    model = RemoteModel("openai/m", base_of(engine), key_of(engine))
    heard: list[str] = []
    completion = await model.complete(ADD, GREEDY, heard.append)
    await model.aclose()
    assert "return a + b" in completion.text and len(heard) > 5
    assert completion.counted and 20 < completion.prompt_tokens < 80


@asynccontextmanager
async def proxy(engine: Engine) -> AsyncIterator[str]:
    """An independent server of Ollama's API in front of the engine."""
    program = shutil.which("ollama-proxy", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("ollama-proxy-plus is not installed")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(program, "--host", "127.0.0.1", "--port", str(port)),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        env={
            **os.environ,
            "PROVIDERS_LOCAL_API_KEY": key_of(engine),
            "PROVIDERS_LOCAL_BASE_URL": base_of(engine),
            "EXTRA_MODELS": "local/coder",
        },
    )
    host = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(60):
            while not await ollama_server.is_running(host):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        yield host
    finally:
        process.kill()
        await process.wait()


async def test_ollama(engine: Engine) -> None:
    async with proxy(engine) as host:
        found = ollama_server.code_model(await ollama_server.models(host))
        assert found is not None
        model = OllamaModel("local/coder", host)
        heard: list[str] = []
        completion = await model.complete(ADD, GREEDY, heard.append)
        assert "return a + b" in completion.text and len(heard) > 5
        cut = await model.complete(ADD, Sampling(0.0, 3, 1))
        assert len(cut.text) < 40
        await model.aclose()
    assert Finish.STOP is completion.finish
