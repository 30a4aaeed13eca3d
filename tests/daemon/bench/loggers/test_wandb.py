"""`--log wandb:PROJECT`, offline: what would be sent, read from its files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.loggers.parsing import parse
from synthd.daemon.exits import Missing


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("wandb", reason="wandb is not installed: pip install 'synthd[wandb]'")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("WANDB_DATA_DIR", "WANDB_CACHE_DIR", "WANDB_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "wandb-own"))
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    return tmp_path / "my run"


def rows(folder: Path) -> Iterator[Any]:
    """What `wandb sync` would send."""
    from wandb.proto import wandb_internal_pb2

    for file in sorted(folder.rglob("*.wandb")):
        for data in _parts(file.read_bytes()):
            row = wandb_internal_pb2.Record()
            row.ParseFromString(data)
            yield row


def _parts(data: bytes) -> Iterator[bytes]:
    """Of a log as LevelDB writes it: 7 bytes, then blocks of 32 KiB; a piece is its checksum, size
    and kind (1: whole, 2: first, 3: middle, 4: last) and its bytes."""
    place, whole = 7, b""
    while place + 7 <= len(data):
        left = 32768 - place % 32768
        if left < 7:
            place += left
            continue
        size, kind = int.from_bytes(data[place + 4 : place + 6], "little"), data[place + 6]
        whole += data[place + 7 : place + 7 + size]
        place += 7 + size
        if kind in (1, 4):
            yield whole
            whole = b""


def test_curves_and_sums_are_there_and_nothing_else(
    folder: Path, experiment: Experiment, result: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    lines: list[str] = []
    logger = parse("wandb:benches", folder, lines.append)
    logger.begun(experiment)
    for number, passed in enumerate([True, False, None, True]):
        logger.finished(result(f"T/{number}", 0, passed, "the program's text"))
    logger.ended()
    assert lines == []
    history, summary, text = [], {}, ""
    for row in rows(folder):
        text += str(row)
        for item in row.history.item:
            history.append((item.key or "/".join(item.nested_key), item.value_json))
        for item in row.summary.update:
            summary[item.key or "/".join(item.nested_key)] = json.loads(item.value_json)
    solved = [json.loads(value) for key, value in history if key == "solved"]
    assert solved == [1, 1, 2]
    assert summary["finished"] == 3 and summary["rate"] == pytest.approx(2 / 3)
    assert summary["humaneval/greedy/ollama/coder/money"] == 1.5
    assert "ollama/coder" in text and "benches" in text
    assert "passphrase" not in text and "the program's text" not in text


def test_without_a_key_nobody_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.delenv("NETRC", raising=False)
    with pytest.raises(Missing, match=r"wandb login.*WANDB_MODE=offline"):
        parse("wandb:benches", folder, print)
