"""The local forge's pull requests, verdicts and checks: rows of one SQLite file. Nothing here knows Git."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gradepost.forge.base import Check, CheckState, Pull, PullState, Review, Verdict
from gradepost.model.trouble import ForgeError

PATIENCE_SECONDS = 30.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pulls (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    branch    TEXT NOT NULL,
    title     TEXT NOT NULL,
    body      TEXT NOT NULL,
    head      TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('open', 'merged', 'closed')),
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    merged_as TEXT,
    -- What a merge is about to do, written before main moves.
    merging_head TEXT, merging_as TEXT, merging_at TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS one_open_pull_per_branch ON pulls (branch) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS pulls_of_branch ON pulls (branch, number);
CREATE INDEX IF NOT EXISTS pulls_merging ON pulls (number) WHERE merging_as IS NOT NULL;
CREATE TABLE IF NOT EXISTS reviews (
    number  INTEGER NOT NULL REFERENCES pulls,
    head    TEXT NOT NULL,
    by      TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason  TEXT NOT NULL,
    at      TEXT NOT NULL,
    UNIQUE (number, head, by, verdict, reason, at)
);
CREATE TABLE IF NOT EXISTS checks (
    head   TEXT PRIMARY KEY,
    state  TEXT NOT NULL,
    report TEXT NOT NULL,
    at     TEXT NOT NULL
);
"""

# What a file that an earlier version made has not got.
_ADDED = (("reviews", "signature"), ("checks", "base"), ("checks", "grounds"))

_PULL = "SELECT number, branch, title, head, state, opened_at, closed_at, merged_as FROM pulls"


_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Merging:
    """A merge that was begun: `head` is being merged as commit `candidate`."""

    number: int
    branch: str
    head: str
    candidate: str
    at: datetime


class PullStore:
    """Rows in one file, for any number of threads and processes. Every method raises `ForgeError` alone."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.RLock()
        with _translated():
            self._connection = sqlite3.connect(
                file, timeout=PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
            )
            _begin_log(self._connection)
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        with self.acting():
            for statement in _SCHEMA.split(";\n"):
                self._connection.execute(statement)
            for table, column in _ADDED:
                if column not in {row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")}:
                    self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")

    def close(self) -> None:
        """Give the file back. The store is of no use afterwards."""
        with self._lock, _translated():
            self._connection.close()

    @contextmanager
    def acting(self) -> Iterator[None]:
        """One transaction that no other writer can come between: look, decide, write; durable at its end."""
        with self._lock, _translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def pull(self, number: int) -> Pull | None:
        """The pull request with that number."""
        return next(map(_pull, self._rows(f"{_PULL} WHERE number = ?", number)), None)

    def open_pull_of(self, branch: str) -> Pull | None:
        """The open pull request of a branch."""
        return next(map(_pull, self._rows(f"{_PULL} WHERE state = 'open' AND branch = ?", branch)), None)

    def last_pull_of(self, branch: str) -> Pull | None:
        """The newest pull request of a branch, in any state."""
        return next(map(_pull, self._rows(f"{_PULL} WHERE branch = ? ORDER BY number DESC LIMIT 1", branch)), None)

    def pulls(self, state: PullState | None) -> Sequence[Pull]:
        """All, or those in one state; newest first."""
        rows = self._rows(f"{_PULL} WHERE ?1 IS NULL OR state = ?1 ORDER BY number DESC", state)
        return [_pull(row) for row in rows]

    def insert_pull(self, branch: str, title: str, body: str, head: str, at: datetime) -> Pull:
        """Open a pull request. To be called within `acting`: a second open one of a branch is refused."""
        self._rows(
            "INSERT INTO pulls (branch, title, body, head, state, opened_at) VALUES (?, ?, ?, ?, 'open', ?)",
            *(branch, title, body, head, _stored(at)),
        )
        (row,) = self._rows(f"{_PULL} WHERE number = last_insert_rowid()")
        return _pull(row)

    def reopened(self, branch: str, head: str) -> Pull | None:
        """The pull request of a branch that was closed at this head, open again; None where there is none."""
        found = self._rows(f"{_PULL} WHERE branch = ? AND head = ? AND state = 'closed' ORDER BY number", branch, head)
        if not found:
            return None
        number = found[-1][0]
        self._rows("UPDATE pulls SET state = 'open', closed_at = NULL WHERE number = ?", number)
        return self.pull(number)

    def close_pull(self, number: int, head: str, at: datetime) -> None:
        """An open pull request is closed at a head; one that is not open stays as it is."""
        self._rows(
            "UPDATE pulls SET state = 'closed', head = ?, closed_at = ? WHERE number = ? AND state = 'open'",
            *(head, _stored(at), number),
        )

    def begin_merge(self, merging: Merging) -> None:
        """Write down what is about to be merged, before anything moves."""
        self._rows(
            "UPDATE pulls SET merging_head = ?, merging_as = ?, merging_at = ? WHERE number = ?",
            *(merging.head, merging.candidate, _stored(merging.at), merging.number),
        )

    def begun_merges(self) -> Sequence[Merging]:
        """The merges that were begun and neither finished nor abandoned."""
        rows = self._rows(
            "SELECT number, branch, merging_head, merging_as, merging_at FROM pulls WHERE merging_as IS NOT NULL"
        )
        return [Merging(row[0], row[1], row[2], row[3], _read(row[4])) for row in rows]

    def finish_merge(self, number: int) -> None:
        """The begun merge happened: the pull request is merged."""
        self._rows(
            "UPDATE pulls SET state = 'merged', head = merging_head, merged_as = merging_as,"
            " closed_at = merging_at, merging_head = NULL, merging_as = NULL, merging_at = NULL"
            " WHERE number = ? AND merging_as IS NOT NULL",
            number,
        )

    def abandon_merge(self, number: int) -> None:
        """The begun merge did not happen: the pull request is as before."""
        self._rows(
            "UPDATE pulls SET merging_head = NULL, merging_as = NULL, merging_at = NULL WHERE number = ?",
            number,
        )

    def insert_review(self, review: Review) -> None:
        """Keep a verdict; the very same one again changes nothing."""
        self._rows(
            "INSERT OR IGNORE INTO reviews (number, head, by, verdict, reason, at, signature)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(review.number, review.head, review.by, review.verdict, review.reason, _stored(review.at)),
            review.signature,
        )

    def reviews(self, number: int) -> Sequence[Review]:
        """All verdicts on a pull request, in the order they were kept."""
        rows = self._rows(
            "SELECT number, head, by, verdict, reason, at, signature FROM reviews WHERE number = ? ORDER BY rowid",
            number,
        )
        return [Review(row[0], row[1], row[2], Verdict(row[3]), row[4], _read(row[5]), row[6]) for row in rows]

    def put_check(self, check: Check) -> None:
        """Keep the outcome of judging a head commit, in place of an earlier one."""
        self._rows(
            "INSERT OR REPLACE INTO checks (head, state, report, at, base, grounds) VALUES (?, ?, ?, ?, ?, ?)",
            *(check.head, check.state, check.report, _stored(check.at), check.base, check.grounds),
        )

    def check(self, head: str) -> Check | None:
        """The outcome of judging a head commit."""
        rows = self._rows("SELECT head, state, report, at, base, grounds FROM checks WHERE head = ?", head)
        return next((Check(row[0], CheckState(row[1]), row[2], _read(row[3]), *row[4:]) for row in rows), None)

    def _rows(self, statement: str, *values: object) -> list[_Row]:
        with self._lock, _translated():
            return self._connection.execute(statement, values).fetchall()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ForgeError(f"The pull requests cannot be read or kept: {error}") from error


def _begin_log(connection: sqlite3.Connection) -> None:
    """Of two that make the file at once, SQLite tells one "locked" without letting it wait: so wait here."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _pull(row: _Row) -> Pull:
    number, branch, title, head, state, opened_at, closed_at, merged_as = row
    closed = _read(closed_at) if closed_at else None
    return Pull(number, branch, title, head, PullState(state), _read(opened_at), closed, merged_as)


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _read(at: str) -> datetime:
    return datetime.fromisoformat(at)
