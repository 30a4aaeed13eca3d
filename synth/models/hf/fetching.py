"""A model of the hub as a folder of ours: what the user asked for by name, and nothing else of it.

Run as `python -P -m synthd.synth.models.hf.fetching`: a line of JSON on stdin says what (`model`,
`into`, `parent`), and one line of JSON on stdout how it ended. An interrupted download is gone on
with by the next one.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path

from synthd.synth.models.engine_child import die_with

# Weights as data, and what tells how to read them. No programs, no pickles.
FILES = ["*.safetensors", "*.json", "*.jinja", "*.txt", "*.model"]

UNREACHED = ("ConnectError", "ConnectTimeout", "LocalEntryNotFoundError", "OfflineModeIsEnabled")


def main() -> None:
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    wanted = json.loads(sys.stdin.readline())
    die_with(wanted["parent"])
    told: dict[str, str] = {}
    try:
        _fetch(wanted["model"], Path(wanted["into"]))
    except Exception as error:
        told["refused"] = _words(error)
    print(json.dumps(told), file=answer, flush=True)
    os._exit(0)


def _fetch(model: str, into: Path) -> None:
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    from huggingface_hub import snapshot_download

    from synthd.synth.models.hf.folder import shards

    into.parent.mkdir(parents=True, exist_ok=True)
    with (into.parent / f".{into.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if into.is_dir():
            return
        part = into.with_name(f".{into.name}.part")
        snapshot_download(model, local_dir=part, allow_patterns=FILES)
        shards(part)
        os.replace(part, into)


def _words(error: Exception) -> str:
    """The hub's own are many lines, and of several kinds for the same thing."""
    said = " ".join(str(error).split())[:300]
    kind = type(error).__name__
    if kind in ("RepositoryNotFoundError", "GatedRepoError"):
        return f"the hub does not give it ({said})"
    if kind in (
        "ConnectError",
        "ConnectTimeout",
        "LocalEntryNotFoundError",
        "OfflineModeIsEnabled",
    ):
        return "the hub cannot be reached: connect to the network, or name a folder (hf//PATH)"
    return f"{kind}: {said}"


if __name__ == "__main__":
    main()
