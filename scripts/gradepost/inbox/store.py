"""One SQLite file as a durable store: a connection to a thread, write-ahead log, synchronous FULL. No table's
meaning lives here."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gradepost.inbox.migrations import bring_up_to_date
from gradepost.model.trouble import StoreError

_TRIES = 50


def text_of(at: datetime | None) -> str | None:
    """An instant as it is stored: fixed width, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


def instant_of(text: str | None) -> datetime | None:
    """A stored instant."""
    return datetime.fromisoformat(text) if text else None


class SqliteStore:
    """The file, its connections and its transactions."""

    def __init__(self, path: Path, *, wait_seconds: float = 10) -> None:
        self._path = path
        self._wait_seconds = wait_seconds
        self._local = threading.local()
        self._locks: dict[str, threading.Lock] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        # It holds grades and names; the log beside it takes its mode from it.
        path.touch(0o600)
        with translated():
            bring_up_to_date(self._connection)

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, isolation_level=None, timeout=self._wait_seconds)
            _keep_a_log(connection, self._wait_seconds)
            connection.execute("PRAGMA synchronous = FULL")
            # A letter's text goes when it is sent, and then it must not be left in the file's free pages.
            connection.execute("PRAGMA secure_delete = ON")
            self._local.connection = connection
        return connection

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with translated():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with translated():
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def _keep_a_log(connection: sqlite3.Connection, wait_seconds: float) -> None:
    """Write ahead to a log. Where several open a file that has none yet, SQLite refuses at once instead of waiting."""
    pause = wait_seconds / _TRIES
    connection.execute(f"PRAGMA busy_timeout = {round(1000 * pause)}")
    for left in reversed(range(_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            if not left:
                raise
            time.sleep(pause)
    connection.execute(f"PRAGMA busy_timeout = {round(1000 * wait_seconds)}")


@contextmanager
def translated() -> Iterator[None]:
    """SQLite's trouble as ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"The inbox could not store ({type(error).__name__}).") from error
