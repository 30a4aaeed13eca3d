"""What is in the file, as the steps that made it. A step is never changed, only followed by more.

Steps only add (tables, columns with defaults): the daemon of an older build may have the file open
while that of a newer one takes the next step. What an older build finds newer when it starts, it
refuses.
"""

from __future__ import annotations

import sqlite3

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # wish: what another daemon was asked to do with a job of this owner: '' or 'cancel'.
        # withheld: names (JSON) of variables that may be credentials; their values are not kept.
        # settled, result: the worker's messages as JSON, or ''.
        """CREATE TABLE jobs (
            id TEXT PRIMARY KEY,
            client TEXT NOT NULL,
            created REAL NOT NULL,
            changed REAL NOT NULL,
            state TEXT NOT NULL,
            why TEXT NOT NULL DEFAULT '',
            wish TEXT NOT NULL DEFAULT '',
            priority TEXT NOT NULL,
            path TEXT NOT NULL,
            workspace TEXT NOT NULL DEFAULT '',
            function TEXT NOT NULL DEFAULT '',
            owner TEXT NOT NULL,
            attempt INTEGER NOT NULL DEFAULT 0,
            spent REAL NOT NULL DEFAULT 0,
            withheld TEXT NOT NULL DEFAULT '[]',
            settled TEXT NOT NULL DEFAULT '',
            result TEXT NOT NULL DEFAULT ''
        )""",
        "CREATE INDEX jobs_by_state ON jobs (state, owner)",
        "CREATE INDEX jobs_by_age ON jobs (created)",
        # Apart: it holds the whole source text, and rows of jobs are rewritten often.
        "CREATE TABLE specs (job TEXT PRIMARY KEY, body TEXT NOT NULL)",
        """CREATE TABLE events (
            job TEXT NOT NULL, seq INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (job, seq)
        )""",
        # The count-th time that the events of a job from seq on became void.
        """CREATE TABLE voids (
            job TEXT NOT NULL, count INTEGER NOT NULL, seq INTEGER NOT NULL, why TEXT NOT NULL,
            PRIMARY KEY (job, count)
        )""",
        # body: JSON. state, why: what became of it since, and when.
        """CREATE TABLE certificates (
            path TEXT NOT NULL,
            function TEXT NOT NULL,
            body TEXT NOT NULL,
            state TEXT NOT NULL,
            why TEXT NOT NULL DEFAULT '',
            since REAL NOT NULL,
            PRIMARY KEY (path, function)
        )""",
    ),
)


def version(connection: sqlite3.Connection) -> int:
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def migrate(
    connection: sqlite3.Connection, steps: tuple[tuple[str, ...], ...] = MIGRATIONS
) -> None:
    """All steps that are missing, or none of them."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for step in steps[version(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(len(steps), version(connection))}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
