"""Models of `hf/…` as folders: where each is, what its hash is, and how it gets there."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from synthd.daemon.weights.asking_child import asked_child
from synthd.daemon.weights.catalogue import Weights
from synthd.daemon.weights.store import Store
from synthd.synth.models.engine import EXTRA, missing_extra
from synthd.synth.models.errors import NoModel, UnknownModel
from synthd.synth.models.hf.converted import note_of, states
from synthd.synth.models.hf.folder import BadFolder, files_sha256, shards
from synthd.synth.models.names import Backend, Form, ModelName, form
from synthd.synth.models.scrub import address

CONVERTING = "synthd.synth.learning.converting"
FETCHING = "synthd.synth.models.hf.fetching"
LONGEST_PULL = 24 * 3600.0
LONGEST = 3600.0  # seconds for a conversion, from a slow disk
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Copy:
    """A folder of ours: made from a GGUF file, or pulled from the hub."""

    name: ModelName
    folder: Path
    bytes: int


@dataclass(frozen=True, slots=True)
class Folders:
    """Those of ours are in `hf` beside the weights; others are where the user says."""

    store: Store

    @property
    def root(self) -> Path:
        return self.store.directory / "hf"

    def path_of(self, name: ModelName) -> Path:
        """Whether or not there is something. Raises UnknownModel."""
        match form(name):
            case Form.FOLDER:
                return Path(name.name).expanduser().resolve()
            case Form.LOCAL:
                return self.root / "local" / self._source(name).name.replace(":", "-")
            case Form.HUB:
                return self.root / "hub" / name.name.replace("/", "--")

    def identity(self, name: ModelName) -> str:
        """The SHA-256 of the weights as far as it is noted, and what is noted is still true."""
        folder = self.path_of(name)
        note = note_of(folder)
        if note is not None:
            return note.sha256
        try:
            told = json.loads(self._note(folder).read_text("utf-8"))
            files = tuple((str(a), int(b), int(c)) for a, b, c in told["files"])
            return str(told["sha256"]) if files == states(folder) else ""
        except (OSError, ValueError, LookupError, TypeError, BadFolder):
            return ""

    async def prepare(self, name: ModelName, tell: Tell) -> None:
        """What a first use needs: a copy is made, a hash is taken. Takes up to a minute.

        Never downloads. Cancelled, it leaves no process. Raises NoModel and UnknownModel.
        """
        if missing := missing_extra():
            raise NoModel(f"{name} needs {missing}: {EXTRA}")
        if form(name) is Form.LOCAL:
            await self._convert(name, tell)
        folder = self.path_of(name)
        if form(name) is Form.HUB and not folder.is_dir():
            raise UnknownModel(
                f"{name} is not on this machine: run `synthd models pull {name}`, which downloads "
                "it from the hub"
            )
        shards(folder)
        if not self.identity(name):
            await asyncio.to_thread(self._hash, folder)

    async def pull(self, name: ModelName, tell: Tell) -> Path:
        """Of the hub, because the user says so: it is said what comes from where. Goes on with
        what an interrupted pull left. Raises NoModel."""
        folder = self.path_of(name)
        if find_spec("huggingface_hub") is None:
            raise NoModel(f"{name} needs huggingface_hub: {EXTRA}")
        if not folder.is_dir():
            tell(f"{name}: downloading {address(_hub())}/{name.name} to {folder}")
            wanted = {"model": name.name, "into": str(folder.resolve())}
            answer = await asked_child(FETCHING, wanted, LONGEST_PULL)
            if refused := answer.get("refused"):
                raise NoModel(f"{name} cannot be pulled: {refused}")
        return folder

    def copies(self) -> Iterator[Copy]:
        """Those of ours that are whole."""
        for weights in self.store.catalogue:
            yield from self._copy(ModelName(Backend.HF, f"local/{weights.name}"))
        for folder in sorted((self.root / "hub").glob("*--*")):
            yield from self._copy(ModelName(Backend.HF, folder.name.replace("--", "/", 1)))

    def remove(self, name: ModelName) -> bool:
        """Whether there was one. Raises UnknownModel, and where it is a folder of the user's."""
        folder = self.path_of(name)
        if form(name) is Form.FOLDER:
            raise UnknownModel(f"{folder} is a folder of yours: remove it yourself")
        there = folder.is_dir()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(folder.with_name(f".{folder.name}.part"), ignore_errors=True)
        self._note(folder).unlink(missing_ok=True)
        return there

    def _copy(self, name: ModelName) -> Iterator[Copy]:
        folder = self.path_of(name)
        try:
            yield Copy(name, folder, sum(file.stat().st_size for file in shards(folder)))
        except (BadFolder, OSError):
            return

    async def _convert(self, name: ModelName, tell: Tell) -> None:
        weights, folder = self._source(name), self.path_of(name)
        note = note_of(folder)
        if note is not None and note.source_sha256 == weights.sha256:
            return
        if not self.store.has(weights):
            raise UnknownModel(
                f"{name} is made from local/{weights.name}, which is not on this machine: "
                f"run `synthd models pull {weights.name}`"
            )
        tell(
            f"{name}: writing {weights.file} out as safetensors in {folder}, once: this takes half "
            "a minute or more"
        )
        wanted = {
            "source": str(self.store.path_of(weights).resolve()),
            "sha256": weights.sha256,
            "into": str(folder.resolve()),
        }
        answer = await asked_child(CONVERTING, wanted, LONGEST)
        if refused := answer.get("refused"):
            raise NoModel(f"{name} cannot be made: {refused}")

    def _source(self, name: ModelName) -> Weights:
        wanted = name.name.removeprefix("local/")
        for weights in self.store.catalogue:
            if weights.name == wanted:
                return weights
        known = ", ".join(f"hf/local/{weights.name}" for weights in self.store.catalogue)
        raise UnknownModel(f"there is no local model {wanted!r}: choose one of {known}")

    def _hash(self, folder: Path) -> None:
        before = states(folder)
        told = {"folder": str(folder), "sha256": files_sha256(folder), "files": before}
        if states(folder) != before:
            return  # somebody writes to it: the next time, then
        note = self._note(folder)
        note.parent.mkdir(parents=True, exist_ok=True)
        fresh = note.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(told))
        os.replace(fresh, note)

    def _note(self, folder: Path) -> Path:
        """Beside ours: a folder of the user's is not written to."""
        return self.root / "hashes" / f"{hashlib.sha256(str(folder).encode()).hexdigest()}.json"


def _hub() -> str:
    from huggingface_hub import constants

    return os.environ.get("HF_ENDPOINT") or constants.ENDPOINT
