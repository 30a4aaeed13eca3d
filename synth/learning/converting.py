"""A GGUF file as a folder of safetensors, which transformers loads in a moment.

Run as `python -P -m synthd.synth.learning.converting`: a line of JSON on stdin says what (`source`,
`sha256`, `into`, `parent`), and one line of JSON on stdout how it ended. The quantized weights are
written out as float32: nothing is lost, and nothing is trained. The folder gets its name when it is
whole; what an interrupted conversion left is removed by the next one.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from synthd.synth.models.engine_child import die_with
from synthd.synth.models.hf.converted import Note, note_of, states
from synthd.synth.models.hf.folder import files_sha256
from synthd.synth.models.hf.memory import GIB, TooLarge, free_memory

# Measured with a file of 4.8 bits per weight: 4.3 GiB of memory for 0.47 GiB, and 2.0 GB on disk.
MEMORY, DISK = 10, 5


class CannotConvert(Exception):
    """Why, and what to do."""


def main() -> None:
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    wanted = json.loads(sys.stdin.readline())
    die_with(wanted["parent"])
    try:
        note = convert(Path(wanted["source"]), wanted["sha256"], Path(wanted["into"]))
        told = {"sha256": note.sha256}
    except (CannotConvert, TooLarge) as error:
        told = {"refused": str(error)}
    except Exception as error:
        told = {"refused": f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"}
    print(json.dumps(told), file=answer, flush=True)
    os._exit(0 if "sha256" in told else 1)


def convert(source: Path, sha256: str, into: Path) -> Note:
    """One at a time for each folder; what another process has made meanwhile is taken as it is.

    sha256: what the source must have. Raises CannotConvert, TooLarge and OSError.
    """
    with _alone(into):
        note = note_of(into)
        if note is not None and note.source_sha256 == sha256:
            return note
        _check(source, sha256, into)
        fresh = into.with_name(f".{into.name}.part")
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            note = _written(source, sha256, fresh)
            shutil.rmtree(into, ignore_errors=True)
            os.replace(fresh, into)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise CannotConvert(_full(into)) from error
            raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return note


def _written(source: Path, sha256: str, into: Path) -> Note:
    from synthd.synth.learning.loading import offline

    offline()
    import torch
    import transformers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    into.mkdir(parents=True)
    options: dict[str, Any] = {"gguf_file": source.name, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(source.parent, **options)
    if kind := getattr(transformers, "GgufConfig", None):  # else they are written out anyway
        options["quantization_config"] = kind(dequantize=True)
    model = AutoModelForCausalLM.from_pretrained(source.parent, dtype=torch.float32, **options)
    tokenizer.save_pretrained(into)
    model.save_pretrained(into)
    for file in into.iterdir():
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
    made_with = f"transformers {transformers.__version__}"
    note = Note(source.name, sha256, files_sha256(into), made_with, states(into))
    note.write(into)
    return note


def _check(source: Path, sha256: str, into: Path) -> None:
    size = source.stat().st_size
    free = free_memory()
    if free is not None and free < MEMORY * size:
        raise TooLarge(
            f"to convert {source.name} takes about {MEMORY * size / GIB:.1f} GiB of memory, and "
            f"{free / GIB:.1f} GiB are free: close other programs, or take a smaller model"
        )
    if shutil.disk_usage(into.parent).free < DISK * size:
        raise CannotConvert(_full(into))
    with source.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256:
        raise CannotConvert(f"{source} is not the file that it should be: remove it and pull again")


def _full(into: Path) -> str:
    return (
        f"the disk of {into.parent} is too full: free some space, or set SYNTHD_MODELS_DIR to a "
        "folder on another disk"
    )


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    into.parent.mkdir(parents=True, exist_ok=True)
    with (into.parent / f".{into.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    main()
