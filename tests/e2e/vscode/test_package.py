"""The extension's package: that it builds strictly, holds what it should, and says what it does."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
EXTENSION = ROOT / "editors" / "vscode"
LARGEST_PICTURE = 150_000  # bytes
LOCKS = (EXTENSION / "package-lock.json", Path(__file__).parent / "package-lock.json")


@pytest.fixture
def manifest() -> Any:
    return json.loads((EXTENSION / "package.json").read_text())


def test_it_builds_without_a_warning_and_holds_nothing_else(packaged: Any) -> None:
    assert "warning" not in packaged.said.lower()
    with zipfile.ZipFile(packaged.vsix) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    inside = {name.removeprefix("extension/") for name in sizes}
    assert {"dist/extension.js", "dist/search.js", "dist/search.css", "media/icon.png"} <= inside
    assert not [name for name in inside if re.search(r"node_modules|\.ts$|\.map$|\.svg$", name)]
    assert {name for name, size in sizes.items() if size > LARGEST_PICTURE} == {
        "extension/dist/extension.js"
    }


def test_every_picture_that_is_named_is_there(manifest: Any) -> None:
    (walkthrough,) = manifest["contributes"]["walkthroughs"]
    named = [step["media"]["image"] for step in walkthrough["steps"]]
    named += re.findall(r"\((media/[^)]+)\)", (EXTENSION / "README.md").read_text())
    assert len(named) > 5
    assert not [name for name in named if not (EXTENSION / name).is_file()]


def test_every_command_has_a_title_and_somebody_who_does_it(manifest: Any) -> None:
    source = (EXTENSION / "src" / "extension.ts").read_text()
    declared = {one["command"]: one for one in manifest["contributes"]["commands"]}
    assert all(one["title"] and one["category"] == "synthd" for one in declared.values())
    done = set(re.findall(r"^    (\w+): \(", source, re.MULTILINE))
    assert {name.removeprefix("synthd.") for name in declared} == done
    protocol = set(re.findall(r"^\| `(synthd\.\w+)`", _protocol(), re.MULTILINE))
    inner = {"synthd.answer", "synthd.watchSearch", "synthd.prune", "synthd.forecast"}
    assert protocol - inner <= set(declared)


def _protocol() -> str:
    return (ROOT / "docs" / "protocol.md").read_text()


def test_every_setting_is_described_and_paths_are_restricted(manifest: Any) -> None:
    properties = manifest["contributes"]["configuration"]["properties"]
    for name, setting in properties.items():
        assert setting.get("description") or setting.get("markdownDescription"), name
    untrusted = manifest["capabilities"]["untrustedWorkspaces"]
    assert untrusted["supported"] == "limited"
    assert {"synthd.path", "synthd.model"} <= set(untrusted["restrictedConfigurations"])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.parent.name)
def test_the_lock_files_name_no_host(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    assert len(packages) > 100
    assert not [name for name, one in packages.items() if "resolved" in one]
    assert all("integrity" in one for name, one in packages.items() if name)
