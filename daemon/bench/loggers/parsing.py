"""`--log wandb:PROJECT | mlflow:URI | git:REMOTE`, as `bench run` reads it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.loggers.background import Background
from synthd.daemon.bench.loggers.git import GitSink, Rank, path_of, rank_of
from synthd.daemon.bench.loggers.git_repository import Repository
from synthd.daemon.bench.loggers.mlflow import MlflowSink
from synthd.daemon.bench.loggers.tally import Tally
from synthd.daemon.bench.loggers.wandb import WandbSink
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.exits import BadInput, Missing
from synthd.synth.models.scrub import address

KINDS = ("wandb", "mlflow", "git")


def parse(text: str, out: Path, told: Callable[[str], None]) -> Background:
    """A logger for the run in the folder `out`, which need not be there yet.

    Reads what the run has already, so that curves go on where they were. Contacts nobody before
    the run begins. Raises BadInput, and Missing where a package is.
    """
    kind, colon, rest = text.partition(":")
    rest = rest.strip()
    if kind not in KINDS or not colon or not rest or not rest.isprintable():
        raise BadInput(
            f"--log {address(text)!r}: write wandb:PROJECT, mlflow:URI (as in "
            "mlflow:sqlite:///runs.db) or git:REMOTE"
        )
    if kind == "wandb":
        return _wandb(rest, out, told)
    return _mlflow(rest, out, told) if kind == "mlflow" else _git(rest, out, told)


def _wandb(project: str, out: Path, told: Callable[[str], None]) -> Background:
    _needs("wandb")
    if not re.fullmatch(r"([\w.-]+/)?[\w.-]+", project):
        raise BadInput(f"--log wandb:{project}: write PROJECT or ENTITY/PROJECT")
    offline = os.environ.get("WANDB_MODE", "online") in ("offline", "disabled", "dryrun")
    if not offline and not _has_wandb_key():
        raise Missing(
            "--log wandb: there is no key; run `wandb login`, or set WANDB_MODE=offline to write "
            "files that `wandb sync` sends later"
        )
    sink = WandbSink(project, out, _id(out), _tally(out))
    return Background(f"wandb {project}", sink, told, _keys("WANDB_API_KEY"))


def _mlflow(text: str, out: Path, told: Callable[[str], None]) -> Background:
    """URI#EXPERIMENT; without the name it is synthd."""
    _needs("mlflow")
    uri, _, experiment = text.partition("#")
    sink = MlflowSink(uri, experiment or "synthd", out, _id(out), _tally(out))
    secrets = _keys("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
    return Background(f"mlflow {address(uri)}", sink, told, (uri, *secrets))


def _git(remote: str, out: Path, told: Callable[[str], None]) -> Background:
    if shutil.which("git") is None:
        raise Missing("--log git: there is no git here; install it")
    if remote.startswith("-"):
        raise BadInput(f"--log git:{address(remote)}: name a remote, as `git push` takes it")
    if Path(remote).is_dir():
        remote = str(Path(remote).absolute())
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", out.absolute().name).strip("-") or "run"
    repository = Repository(out / "git", remote, f"synthd-bench/{name}-{_id(out)[:8]}")
    ranks: dict[str, Rank] = {}
    for record in _records(out):
        if record.program:
            path = path_of(record)
            ranks[path] = max(rank_of(record), ranks.get(path, (False, False)))
    return Background(f"git {address(remote)}", GitSink(repository, ranks), told, (remote,))


def _needs(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise Missing(f"--log {package} needs a package: pip install 'synthd[{package}]'")


def _id(out: Path) -> str:
    """Of a run: where it is, so that the same command goes on with it."""
    return sha256(str(out.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _records(out: Path) -> Iterator[Record]:
    if (out / "log.jsonl").exists():
        yield from (one for one in RunFolder.records(out) if one.kind is Kind.SAMPLE)


def _tally(out: Path) -> Tally:
    tally = Tally()
    for record in _records(out):
        tally.add(record)
    return tally


def _keys(*names: str) -> tuple[str, ...]:
    return tuple(os.environ[name] for name in names if os.environ.get(name))


def _has_wandb_key() -> bool:
    """Else it asks the terminal for one, in the middle of a run."""
    import netrc

    if os.environ.get("WANDB_API_KEY"):
        return True
    try:
        hosts = netrc.netrc(os.environ.get("NETRC")).hosts
    except (OSError, netrc.NetrcParseError):
        return False
    return any("wandb" in host for host in hosts) or "WANDB_BASE_URL" in os.environ
