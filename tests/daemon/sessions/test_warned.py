"""An editor is told what is wrong with the settings of its folders, once, and only its own."""

import asyncio
import os
from pathlib import Path
from typing import Any

from synthd.daemon.jobs.store.store import open_store
from synthd.daemon.watching.watching import open_watching


async def warned(editor: Any, words: str) -> str:
    async with asyncio.timeout(20):
        while not (found := [m for m in editor.messages() if words in m]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    (message,) = found
    return str(message)


async def test_wrong_settings_are_told_to_whom_they_concern(
    service: Any, jobs: Any, tmp_path: Path
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    settings = one / "synthd.toml"
    settings.write_text("max_program = 3\n")
    async with (
        open_store(tmp_path / "jobs") as store,
        open_watching(store, dict(os.environ)) as watching,
    ):

        async def found() -> Any:
            return watching.configs

        service.configs = found
        async with (
            service.editor(initialize=False) as its,
            service.editor(initialize=False) as other,
        ):
            await its.initialize(rootUri=one.as_uri())
            await other.initialize(rootUri=two.as_uri())
            first = await warned(its, "max_program'")
            assert str(settings) in first and "still count" in first
            settings.write_text("max_programs = 3\n")
            await asyncio.sleep(0.5)
            settings.write_text("max_programs = 'many'\n")
            assert str(settings) in await warned(its, "max_programs")
            assert other.messages() == []
        await service.left(2)
        assert watching.configs.problems() == [], "nobody reads that file any more"
