"""Jobs as rows: every statement about them is here. A change names its owner, so that a daemon
that lost a job to another one changes nothing of it any more."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from synthd.daemon.jobs.messages import Ended, Settled
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.states import Priority, State

M = TypeVar("M", bound=BaseModel)

_COLUMNS = (
    "id client created changed state why wish priority path workspace function owner attempt "
    "spent withheld settled result"
).split()
_EVENTS = "(SELECT COALESCE(MAX(seq) + 1, 0) FROM events WHERE job = jobs.id)"
_VOIDS = "(SELECT COALESCE(MAX(count), 0) FROM voids WHERE job = jobs.id)"
_SELECT = f"SELECT {', '.join(_COLUMNS)}, {_EVENTS}, {_VOIDS} FROM jobs"
_UNFINISHED = f"('{State.QUEUED}', '{State.RUNNING}')"


@dataclass(frozen=True, slots=True)
class Record:
    """A row, read. withheld: names of variables whose values were not kept."""

    id: str
    client: str
    created: float
    changed: float
    state: State
    why: str
    wish: str
    priority: Priority
    path: str
    workspace: str
    function: str
    owner: str
    attempt: int
    spent: float
    withheld: tuple[str, ...]
    settled: Settled | None
    result: Ended | None
    events: int = 0
    voids: int = 0


@dataclass(frozen=True, slots=True)
class Void:
    count: int
    seq: int
    why: str


def insert(connection: sqlite3.Connection, record: Record, spec: Spec) -> None:
    marks = ", ".join("?" * len(_COLUMNS))
    connection.execute(
        f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({marks})", _values(record)
    )
    connection.execute(
        "INSERT INTO specs (job, body) VALUES (?, ?)",
        (record.id, spec.model_dump_json(by_alias=True)),
    )


def update(connection: sqlite3.Connection, record: Record) -> None:
    """Nothing, where it is another's by now. `wish` is for others to write."""
    values = {
        name: value
        for name, value in zip(_COLUMNS, _values(record), strict=True)
        if name not in ("id", "owner", "wish", "created")
    }
    sets = ", ".join(f"{name} = :{name}" for name in values)
    connection.execute(
        f"UPDATE jobs SET {sets} WHERE id = :id AND owner = :owner",
        {**values, "id": record.id, "owner": record.owner},
    )


def get(connection: sqlite3.Connection, id: str) -> Record | None:
    row = connection.execute(f"{_SELECT} WHERE id = ?", (id,)).fetchone()
    return None if row is None else _record(row)


def like(connection: sqlite3.Connection, beginning: str) -> list[str]:
    """Ids that begin so, a few of them."""
    rows = connection.execute(
        "SELECT id FROM jobs WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT 6",
        (len(beginning), beginning),
    )
    return [str(id) for (id,) in rows]


def listed(connection: sqlite3.Connection, limit: int, *, over: bool) -> list[Record]:
    """The latest, those first that are not over."""
    which = "" if over else "WHERE state NOT IN ('done', 'cancelled')"
    order = "ORDER BY state IN ('done', 'cancelled'), created DESC, rowid DESC LIMIT ?"
    return [_record(row) for row in connection.execute(f"{_SELECT} {which} {order}", (limit,))]


def past(connection: sqlite3.Connection, model: str, strategy: str, limit: int) -> list[float]:
    """Seconds that the latest jobs searched that came to an end with these."""
    rows = connection.execute(
        "SELECT spent FROM jobs WHERE state = ? AND spent > 0 AND settled <> '' "
        "AND json_extract(settled, '$.model') = ? AND json_extract(settled, '$.strategy') = ? "
        "ORDER BY created DESC LIMIT ?",
        (State.DONE, model, strategy, limit),
    )
    return [float(spent) for (spent,) in rows]


def spec(connection: sqlite3.Connection, id: str) -> Spec:
    """Raises ValueError where this version cannot read it."""
    row = connection.execute("SELECT body FROM specs WHERE job = ?", (id,)).fetchone()
    if row is None:
        raise ValueError("it is gone")
    return Spec.model_validate_json(row[0])


def tell(connection: sqlite3.Connection, id: str, seq: int, line: str, spent: float) -> None:
    connection.execute("INSERT INTO events (job, seq, line) VALUES (?, ?, ?)", (id, seq, line))
    connection.execute("UPDATE jobs SET spent = ? WHERE id = ?", (spent, id))


def void(connection: sqlite3.Connection, id: str, void: Void) -> None:
    connection.execute("DELETE FROM events WHERE job = ? AND seq >= ?", (id, void.seq))
    connection.execute(
        "INSERT INTO voids (job, count, seq, why) VALUES (?, ?, ?, ?)",
        (id, void.count, void.seq, void.why),
    )


def lines(connection: sqlite3.Connection, id: str, seq: int, limit: int) -> list[tuple[int, str]]:
    rows = connection.execute(
        "SELECT seq, line FROM events WHERE job = ? AND seq >= ? ORDER BY seq LIMIT ?",
        (id, seq, limit),
    )
    return [(int(at), str(line)) for at, line in rows]


def voids(connection: sqlite3.Connection, id: str, after: int) -> list[Void]:
    rows = connection.execute(
        "SELECT count, seq, why FROM voids WHERE job = ? AND count > ? ORDER BY count", (id, after)
    )
    return [Void(int(count), int(seq), str(why)) for count, seq, why in rows]


def wish(connection: sqlite3.Connection, id: str, wanted: str) -> None:
    connection.execute("UPDATE jobs SET wish = ? WHERE id = ?", (wanted, id))


def wishes(connection: sqlite3.Connection, owner: str) -> list[str]:
    """Jobs of this owner that somebody wants cancelled."""
    rows = connection.execute(
        f"SELECT id FROM jobs WHERE owner = ? AND wish = 'cancel' AND state IN {_UNFINISHED}",
        (owner,),
    )
    return [str(id) for (id,) in rows]


def owners(connection: sqlite3.Connection) -> list[str]:
    """Of jobs that are not over and not paused."""
    rows = connection.execute(f"SELECT DISTINCT owner FROM jobs WHERE state IN {_UNFINISHED}")
    return [str(owner) for (owner,) in rows]


def adopt(connection: sqlite3.Connection, old: str, new: str) -> list[Record]:
    """Those of `old` that are not over and not paused, as they are now: of the new owner."""
    which = f"owner = ? AND state IN {_UNFINISHED}"
    found = connection.execute(f"{_SELECT} WHERE {which}", (old,)).fetchall()
    connection.execute(f"UPDATE jobs SET owner = ? WHERE {which}", (new, old))
    return [replace(_record(row), owner=new) for row in found]


def take(connection: sqlite3.Connection, id: str, owner: str) -> bool:
    """A paused job is nobody's: whoever resumes it first has it."""
    found = connection.execute(
        "UPDATE jobs SET owner = ?, state = ?, why = '', wish = '' WHERE id = ? AND state = ?",
        (owner, State.QUEUED, id, State.PAUSED),
    )
    return found.rowcount == 1


def end(connection: sqlite3.Connection, id: str, why: str, now: float) -> bool:
    """Cancel a paused job, of whomever."""
    found = connection.execute(
        "UPDATE jobs SET state = ?, why = ?, changed = ? WHERE id = ? AND state = ?",
        (State.CANCELLED, why, now, id, State.PAUSED),
    )
    return found.rowcount == 1


def forget(connection: sqlite3.Connection, id: str) -> bool:
    """All of a job that is over. False where it is not, or is not there."""
    over = f"state IN ('{State.DONE}', '{State.CANCELLED}')"
    if connection.execute(f"DELETE FROM jobs WHERE id = ? AND {over}", (id,)).rowcount != 1:
        return False
    for table in ("specs", "events", "voids"):
        connection.execute(f"DELETE FROM {table} WHERE job = ?", (id,))
    return True


def _values(record: Record) -> tuple[object, ...]:
    def text(name: str) -> object:
        value = getattr(record, name)
        if name == "withheld":
            return json.dumps(value)
        if isinstance(value, BaseModel):
            return value.model_dump_json()
        return "" if value is None else value

    return tuple(text(name) for name in _COLUMNS)


def _record(row: tuple[Any, ...]) -> Record:
    values: dict[str, Any] = dict(zip([*_COLUMNS, "events", "voids"], row, strict=True))
    values["state"] = State(values["state"])
    values["priority"] = Priority(values["priority"])
    values["withheld"] = tuple(json.loads(values["withheld"]))
    values["settled"] = _message(Settled, values["settled"])
    values["result"] = _message(Ended, values["result"])
    return Record(**values)


def _message(kind: type[M], text: str) -> M | None:
    """What a newer build added to it is left out."""
    if not text:
        return None
    held: Mapping[str, object] = json.loads(text)
    try:
        return kind.model_validate(
            {name: value for name, value in held.items() if name in kind.model_fields}
        )
    except ValidationError:
        return None
