"""The snippets of docs/editors.md parse, and say what synthd understands."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from lsprotocol import converters, types

TEXT = (Path(__file__).parents[3] / "docs" / "editors.md").read_text()
START = ["synthd", "lsp"]


def snippet(heading: str, language: str) -> str:
    (section,) = [s for s in re.split(r"^## ", TEXT, flags=re.M) if s.startswith(heading)]
    (block,) = re.findall(rf"```{language}\n(.*?)```", section, re.S)
    return str(block)


def test_helix() -> None:
    given = tomllib.loads(snippet("Helix", "toml"))
    server = given["language-server"]["synthd"]
    assert [server["command"], *server["args"]] == START
    assert server["config"] == {"preview": "command"}
    assert {one["name"] for one in given["language"]} == {"python", "rust"}
    assert all("synthd" in one["language-servers"] for one in given["language"])


def test_zed() -> None:
    given = json.loads(snippet("Zed", "json"))
    ((name, server),) = given["lsp"].items()
    assert server["binary"]["arguments"] == START[1:]
    assert name in given["languages"]["Python"]["language_servers"]


def test_sublime() -> None:
    client = json.loads(snippet("Sublime", "json"))["clients"]["synthd"]
    assert client["command"] == START and client["enabled"] is True
    assert client["initializationOptions"] == {"preview": "command"}


def test_kate() -> None:
    server = json.loads(snippet("Kate", "json"))["servers"]["python"]
    assert server["command"] == START
    assert re.fullmatch(server["highlightingModeRegex"], "Python")


async def test_any_other(connect: Any) -> None:
    given = json.loads(snippet("Any other", "json"))
    params = converters.get_converter().structure(given, types.InitializeParams)
    assert params.capabilities.workspace and params.capabilities.workspace.apply_edit
    assert params.initialization_options == {"preview": "command"}
    async with connect(params.capabilities, **given["initializationOptions"]) as profile:
        uri = profile.open("def f():\n    pass\n")
        where = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 0}}
        job = (await profile.command("synthd.synthesize", where))["job"]
        await profile.state("ready")
        assert (await profile.command("synthd.accept", {"job": job}))["accepted"]
        await profile.state("verified")
        assert profile.texts[uri].endswith("return 1\n")


def test_the_names_of_commands_and_settings_exist() -> None:
    protocol = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text()
    named = set(re.findall(r"\bsynthd\.(?!toml)\w+", TEXT))
    assert named <= set(re.findall(r"\bsynthd\.\w+", protocol))
