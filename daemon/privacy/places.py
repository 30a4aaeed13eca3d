"""Every place in which synthd keeps something. Whoever keeps something new adds it here; what lies
in synthd's folders and is not named is found, too, and shown as `other`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path, user_state_path

from synthd.daemon.critiquing import record as critiques
from synthd.daemon.jobs.store.opening import NAME as DATABASE
from synthd.daemon.locations import models_dir, recordings_dir, runs_dir, user_config_file
from synthd.daemon.picked import picked_file
from synthd.daemon.settings import Settings
from synthd.daemon.thin.errors import Unreachable
from synthd.daemon.thin.places import runtime_folder
from synthd.daemon.weights.store import Store
from synthd.lsp.showing.shown import folder
from synthd.synth.store.exemplars import NAME as REPAIRS

SOURCE = "source text, prompts, the model's answers"


@dataclass(frozen=True, slots=True)
class Place:
    """paths: files and folders that are synthd's, there or not. named_only: goes only where it is
    named, never with `all`. shared: a daemon that runs uses it."""

    what: str
    where: Path
    paths: tuple[Path, ...]
    contains: str
    named_only: bool = False
    shared: bool = False


def places(settings: Settings, environment: Mapping[str, str]) -> list[Place]:
    state = user_state_path("synthd")
    jobs = state / "jobs"
    own = _own
    found = [
        Place("config", *own(user_config_file()), "your settings", named_only=True),
        Place("jobs", *own(jobs), f"{SOURCE}, results, traces", shared=True),
        Place("certificates", jobs / DATABASE, (), "paths, names and hashes, no text", shared=True),
        Place("runs", *own(runs_dir()), f"{SOURCE}: traces of searches"),
        Place("critiques", *own(critiques.folder()), SOURCE),
        Place("searches", *own(recordings_dir()), f"{SOURCE}: kept by --cache"),
        *_exemplars(settings),
        Place("logs", *own(state / "logs"), "times and events, no text", shared=True),
        Place("crashes", *own(state / "crashes"), "places in synthd's code, no text", shared=True),
        Place("picked", *own(picked_file()), "names of a model and a strategy", shared=True),
        Place("shown", *own(folder()), f"{SOURCE}: pages that an editor has open", shared=True),
        Place("weights", *_weights(settings), "models, as they were published", named_only=True),
        Place("scratch", *_scratch(), "programs and files of sandboxes that were killed"),
        *_runtime(environment),
    ]
    return [*found, *_other(found)]


def _own(path: Path) -> tuple[Path, tuple[Path, ...]]:
    """A file, or a folder with all that is in it."""
    return path, (path,)


def _exemplars(settings: Settings) -> Iterator[Place]:
    """In a folder that the user named, where other things may be."""
    if settings.keep_exemplars:
        folder = Path(settings.keep_exemplars).expanduser()
        yield Place("exemplars", folder, (folder / REPAIRS,), "source text: repairs of proofs")


def _weights(settings: Settings) -> tuple[Path, tuple[Path, ...]]:
    store = Store(models_dir(settings))
    files = [store.path_of(weights) for weights in store.catalogue]
    beside = [
        path
        for weights in store.catalogue
        for path in sorted(store.directory.glob(f".{weights.file}.*"))
    ]
    return store.directory, (*files, *beside, store.directory / "hf")


def _scratch() -> tuple[Path, tuple[Path, ...]]:
    """Of sandboxes: their folders go when they end, unless they are killed first."""
    folder = Path(tempfile.gettempdir())
    found = [path for path in sorted(folder.glob("synthd-*")) if not path.name[7:].isdigit()]
    return folder, tuple(path for path in found if _is_mine(path))


def _is_mine(path: Path) -> bool:
    try:
        state = path.lstat()
    except OSError:
        return False
    return state.st_uid == os.geteuid() and path.is_dir() and not path.is_symlink()


def _runtime(environment: Mapping[str, str]) -> Iterator[Place]:
    try:
        folder = Path(runtime_folder(environment))
    except Unreachable:
        return  # it is another's, and nothing of ours is kept there
    contains = "sockets and locks, no text"
    yield Place("runtime", folder, (folder,), contains, shared=True)


def _other(known: Iterable[Place]) -> Iterator[Place]:
    """What an older or newer synthd has left in the folders that bear its name."""
    claimed = {path for place in known for path in (*place.paths, place.where)}
    roots = {base("synthd") for base in (
        user_state_path, user_cache_path, user_data_path, user_config_path
    )}  # fmt: skip
    found = [
        path
        for root in sorted(roots)
        if root.is_dir()
        for path in sorted(root.iterdir())
        if path not in claimed and not any(path in one.parents for one in claimed)
    ]
    if found:
        yield Place("other", found[0].parent, tuple(found), "unknown to this synthd")
