"""Where certificates are kept between two lives of the daemon: a table in the store of jobs."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass

from pydantic import ValidationError

from synthd.daemon.jobs.store.store import Store
from synthd.daemon.watching.record import Kept, Record

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    store: Store

    async def load(self) -> list[Record]:
        rows = await self.store.read(_rows)
        found: list[Record] = []
        for path, function, body in rows:
            try:
                found.append(Record.model_validate_json(body))
            except ValidationError:  # of a newer synthd, or damaged
                log.warning("the certificate of %s::%s cannot be read", path, function)
        return found

    async def put(self, record: Record, stands: Kept) -> None:
        """Raises JobsError where there is no room."""
        values = (
            record.path,
            record.function,
            record.model_dump_json(by_alias=True),
            stands.standing.value,
            stands.why,
            record.recorded,
        )
        await self.store.write(lambda connection: _put(connection, values))

    def note(self, record: Record, stands: Kept) -> None:
        """How it stands now, for whoever reads the table; worth no waiting."""
        values = (stands.standing.value, stands.why, record.path, record.function)
        self.store.keep(lambda connection: _note(connection, values), job="", now=False)

    async def forget(self, path: str, function: str | None) -> int:
        """How many there were. Raises JobsError."""
        return await self.store.write(lambda connection: _forget(connection, path, function))


def _rows(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    return connection.execute("SELECT path, function, body FROM certificates").fetchall()


def _put(connection: sqlite3.Connection, values: tuple[object, ...]) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO certificates (path, function, body, state, why, since) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        values,
    )


def _note(connection: sqlite3.Connection, values: tuple[object, ...]) -> None:
    connection.execute(
        "UPDATE certificates SET state = ?, why = ? WHERE path = ? AND function = ?", values
    )


def _forget(connection: sqlite3.Connection, path: str, function: str | None) -> int:
    return connection.execute(
        "DELETE FROM certificates WHERE path = ?1 AND (?2 IS NULL OR function = ?2)",
        (path, function),
    ).rowcount
