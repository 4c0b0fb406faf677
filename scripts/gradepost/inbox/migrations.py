"""The inbox's tables, and what is added to a file that an earlier version made. Nothing is ever taken away."""

import sqlite3

_TABLES = """
CREATE TABLE IF NOT EXISTS submissions (
    seq INTEGER PRIMARY KEY, form TEXT NOT NULL, series TEXT NOT NULL, centre TEXT NOT NULL,
    branch TEXT NOT NULL, path TEXT NOT NULL, receipt_id TEXT NOT NULL UNIQUE,
    document BLOB NOT NULL, receipt BLOB NOT NULL, sha256 TEXT NOT NULL, body_sha256 TEXT NOT NULL,
    received_at TEXT NOT NULL, filed_at TEXT, pull INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS submissions_of_branch ON submissions (branch, seq);
CREATE TABLE IF NOT EXISTS current (
    path TEXT PRIMARY KEY, centre TEXT NOT NULL, series TEXT NOT NULL, seq INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS current_of_centre ON current (centre, series);
CREATE TABLE IF NOT EXISTS keys (
    centre TEXT NOT NULL, form TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (centre, form, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY, branch TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS taken_back (seq INTEGER PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS held (branch TEXT PRIMARY KEY, until TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tried (one INTEGER PRIMARY KEY CHECK (one = 1), times INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS forge_requests (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, holder TEXT NOT NULL, push INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS forge_requests_at ON forge_requests (at);
CREATE TABLE IF NOT EXISTS forge_points (at TEXT NOT NULL, points INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS forge_held (
    one INTEGER PRIMARY KEY CHECK (one = 1), until TEXT NOT NULL, reason TEXT NOT NULL, pauses INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS forge_pulls (
    one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, counted_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS forge_slots (branch TEXT PRIMARY KEY, at TEXT NOT NULL, opened_at TEXT) STRICT;
CREATE TABLE IF NOT EXISTS pulls_seen (
    number INTEGER PRIMARY KEY, branch TEXT NOT NULL, updated TEXT NOT NULL, due TEXT, head TEXT,
    pull TEXT, checked TEXT, reviews TEXT, shown TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS pulls_seen_of_branch ON pulls_seen (branch, number);
CREATE INDEX IF NOT EXISTS pulls_seen_at_head ON pulls_seen (head);
CREATE TABLE IF NOT EXISTS main_seen (one INTEGER PRIMARY KEY CHECK (one = 1), head TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS credentials (
    hash TEXT PRIMARY KEY, kind TEXT NOT NULL, centre TEXT, ref TEXT NOT NULL, role TEXT NOT NULL,
    facts TEXT NOT NULL, made_at TEXT NOT NULL, expires_at TEXT, used_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY, recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
    queued_at TEXT NOT NULL, sent_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS queued_once (key TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS addresses (
    centre TEXT NOT NULL, ref TEXT NOT NULL, email TEXT NOT NULL, next_email TEXT, next_from TEXT,
    PRIMARY KEY (centre, ref)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS followed (one INTEGER PRIMARY KEY CHECK (one = 1), head TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS code_tries (hash TEXT PRIMARY KEY, spent INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS sign_in_asks (
    number INTEGER PRIMARY KEY, email TEXT NOT NULL, browser TEXT NOT NULL, code TEXT NOT NULL,
    next_url TEXT NOT NULL, at TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS attempts (key TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS attempts_of_key ON attempts (key, at);
CREATE TABLE IF NOT EXISTS page_problems (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, page TEXT NOT NULL, kind TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS seen (hash TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS factors (
    centre TEXT NOT NULL, ref TEXT NOT NULL, sealed TEXT NOT NULL, last_step INTEGER NOT NULL, made_at TEXT NOT NULL,
    PRIMARY KEY (centre, ref)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recovery (
    centre TEXT NOT NULL, ref TEXT NOT NULL, hash TEXT NOT NULL, used_at TEXT, PRIMARY KEY (centre, ref, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL,
    centre TEXT, about TEXT NOT NULL, facts TEXT NOT NULL, digest TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS audit_of_centre ON audit (centre, number);
CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_shortened BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- Also against INSERT OR REPLACE, which deletes without asking the trigger above.
CREATE TRIGGER IF NOT EXISTS audit_grows_at_its_end BEFORE INSERT ON audit
WHEN new.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""

# Columns that a table got after it was first made. None may be NOT NULL without a default.
_ADDED = {
    "forge_requests": {"push": "INTEGER NOT NULL DEFAULT 0"},
    "pulls_seen": {"annotated": "TEXT NOT NULL DEFAULT ''"},
    "forge_held": {"failures": "INTEGER NOT NULL DEFAULT 0"},
    "messages": {
        "html": "TEXT",
        "until": "TEXT",
        "tries": "INTEGER NOT NULL DEFAULT 0",
        "next_try": "TEXT",
        "gave_up_at": "TEXT",
        "trouble": "TEXT",
    },
}
_AFTER_THEM = """
CREATE INDEX IF NOT EXISTS messages_waiting ON messages (number) WHERE sent_at IS NULL AND gave_up_at IS NULL;
"""


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Make every table, column, index and trigger that the file lacks. What it has, it keeps."""
    connection.executescript(_TABLES)
    for table, columns in _ADDED.items():
        if columns.keys() - _columns(connection, table):
            _add(connection, table, columns)
    connection.executescript(_AFTER_THEM)


def _add(connection: sqlite3.Connection, table: str, columns: dict[str, str]) -> None:
    # Looked at again under the lock: another process may be opening the same file.
    connection.execute("BEGIN IMMEDIATE")
    try:
        for name in [name for name in columns if name not in _columns(connection, table)]:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {columns[name]}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
