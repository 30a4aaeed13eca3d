"""The file of `bench hard-subset`: which tasks a model fails, and where that comes from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from synthd.daemon.bench.experiment import Subset, SuiteSpec
from synthd.daemon.bench.folder.layout import replace
from synthd.daemon.bench.record import SCHEMA
from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.report import Wire


class HardFile(Wire):
    """subsets: of each suite and model one."""

    schema_version: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    kind: Literal["hard-subset"] = "hard-subset"
    subsets: tuple[Subset, ...]

    def json_text(self) -> str:
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def read(path: Path) -> HardFile:
    """Raises BadInput."""
    try:
        found = HardFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(
            f"{path}: {error.strerror or error}; `synthd bench hard-subset … --out {path}` makes it"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"{path} is no file of `synthd bench hard-subset` ({place}: {first['msg']})"
        ) from None
    if found.schema_version != SCHEMA:
        raise BadInput(
            f"{path} is of version {found.schema_version}, and this synthd reads {SCHEMA}: "
            "make it anew with `synthd bench hard-subset`"
        )
    return found


def write(path: Path, file: HardFile) -> None:
    """Over a file of this kind, never over anything else. Raises BadInput and Missing."""
    if path.exists():
        try:
            read(path)
        except BadInput:
            raise BadInput(f"{path} is there and no hard subset: name another --out") from None
    try:
        replace(path, file.json_text())
    except OSError as error:
        raise Missing(f"{path}: {error.strerror or error}; name another --out") from None


def filled(spec: SuiteSpec, models: Sequence[str]) -> SuiteSpec:
    """With the subset that its text names, if it names one. models: of the experiment, by which
    one of several subsets of the suite is chosen. Raises BadInput."""
    name = spec.slice.file
    if not name:
        return spec
    path = Path(name).expanduser()
    own = [one for one in read(path).subsets if one.suite == spec.name]
    if not own:
        there = ", ".join(dict.fromkeys(one.suite for one in read(path).subsets)) or "nothing"
        raise BadInput(f"{path} has no subset of {spec.name}: it is of {there}")
    fitting = own if len(own) == 1 else [one for one in own if one.model in models]
    if len(fitting) != 1:
        there = ", ".join(one.model for one in own)
        raise BadInput(
            f"{path} has subsets of {spec.name} for several models ({there}), and it is not clear "
            "which one is meant: make a file of one with `synthd bench hard-subset … --model NAME`"
        )
    return spec.model_copy(update={"subset": fitting[0]})
