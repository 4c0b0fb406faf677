"""The inbox in one SQLite file: write-ahead log, synchronous FULL, one immediate transaction to a submission."""

import json
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from gradepost.inbox.access_store import SqliteAccess
from gradepost.inbox.addresses import SqliteAddresses
from gradepost.inbox.audit import SqliteAudit, append
from gradepost.inbox.base import Answered, Credential, Entry, Stored
from gradepost.inbox.forge_budget import SqliteBudget
from gradepost.inbox.forge_pulls import SqliteOpenPulls
from gradepost.inbox.messages import SqliteMessages
from gradepost.inbox.problems import SqliteProblems
from gradepost.inbox.pulls_seen import SqlitePulls
from gradepost.inbox.store import instant_of as _instant
from gradepost.inbox.store import text_of as _text
from gradepost.inbox.tries import SqliteTries
from gradepost.model.trouble import StoreError

_STORED = """s.seq, s.form, s.series, s.centre, s.branch, s.path, s.receipt_id, s.document, s.receipt, s.sha256,
    s.body_sha256, s.received_at, s.filed_at, s.pull FROM submissions s"""


def _stored(row: tuple[Any, ...]) -> Stored:
    values = list(row)
    values[11:13] = [_instant(text) for text in values[11:13]]
    return Stored(*values)


def _credential(row: tuple[Any, ...]) -> Credential:
    hash_, kind, centre, ref, role, facts, made_at, expires_at, used_at = row
    made = datetime.fromisoformat(made_at)
    return Credential(hash_, kind, centre, ref, role, json.loads(facts), made, _instant(expires_at), _instant(used_at))


class SqliteInbox(
    SqliteMessages,
    SqliteAudit,
    SqliteAddresses,
    SqliteTries,
    SqliteAccess,
    SqliteBudget,
    SqliteOpenPulls,
    SqlitePulls,
    SqliteProblems,
):
    """One file, one connection to a thread; a lock to a centre keeps that centre's submissions in order."""

    @contextmanager
    def desk(self, centre: str) -> Iterator["SqliteDesk"]:
        """The centre's desk, one holder at a time."""
        with self._locks.setdefault(centre, threading.Lock()):
            yield SqliteDesk(self, centre)

    def submission(self, receipt_id: str) -> Stored | None:
        """The submission with that receipt."""
        return next(map(_stored, self._rows(f"SELECT {_STORED} WHERE receipt_id = ?", receipt_id)), None)

    def of_centre(self, centre: str, series: str) -> Sequence[Stored]:
        """The latest acknowledged document at each path of a centre's series."""
        sql = f"SELECT {_STORED} JOIN current USING (seq) WHERE current.centre = ? AND current.series = ? ORDER BY seq"
        return [_stored(row) for row in self._rows(sql, centre, series)]

    def of_branch(self, branch: str) -> Sequence[Stored]:
        """Every submission of a dossier, in order of storing."""
        return [_stored(row) for row in self._rows(f"SELECT {_STORED} WHERE branch = ? ORDER BY seq", branch)]

    def standing_of_branch(self, branch: str) -> Sequence[Stored]:
        """The latest acknowledged document at each path of a dossier."""
        # By path, which `current` is kept by: by number alone, every row of it would be looked at.
        sql = f"""SELECT {_STORED} JOIN current ON current.path = s.path AND current.seq = s.seq
            WHERE s.branch = ? ORDER BY s.seq"""
        return [_stored(row) for row in self._rows(sql, branch)]

    def outline_of_series(self, series: str) -> Sequence[Stored]:
        """What stands in a series, with the contents of declarations alone."""
        outline = _STORED.replace("s.document, s.receipt", "CASE s.form WHEN 'declaration' THEN s.document END, x''")
        sql = f"SELECT {outline} JOIN current USING (seq) WHERE current.series = ? ORDER BY seq"
        return [_stored((*row[:7], row[7] or b"", *row[8:])) for row in self._rows(sql, series)]

    def standing_of_series(self, series: str, form: str, name: str = "") -> Sequence[Stored]:
        """The latest acknowledged document of a form at each of its paths in a series."""
        sql = f"""SELECT {_STORED} JOIN current USING (seq) WHERE current.series = ? AND s.form = ?
            AND (? = '' OR substr(s.path, -length(?)) = ?) ORDER BY seq"""
        return [_stored(row) for row in self._rows(sql, series, form, name, f"/{name}", f"/{name}")]

    def branches(self) -> Sequence[str]:
        """Every dossier that has a submission."""
        return [row[0] for row in self._rows("SELECT DISTINCT branch FROM submissions ORDER BY branch")]

    def unfiled(self, at: datetime) -> Sequence[Stored]:
        """What waits to be filed and is not held, in order of storing."""
        sql = f"""SELECT {_STORED} JOIN outbox USING (seq) LEFT JOIN held ON held.branch = s.branch
            WHERE held.until IS NULL OR held.until <= ? ORDER BY seq LIMIT 500"""
        return [_stored(row) for row in self._rows(sql, _text(at))]

    def filed(self, seq: int, pull: int, at: datetime) -> None:
        """Take a submission out of the outbox."""
        with self._transaction() as connection:
            connection.execute("UPDATE submissions SET filed_at = ?, pull = ? WHERE seq = ?", (_text(at), pull, seq))
            connection.execute("DELETE FROM held WHERE branch = (SELECT branch FROM outbox WHERE seq = ?)", (seq,))
            connection.execute("DELETE FROM outbox WHERE seq = ?", (seq,))

    def take_back(self, branch: str, seqs: Collection[int]) -> None:
        """Take rejected submissions out of what stands; what stood before at their paths stands again."""
        with self._transaction() as connection:
            rejected = "INSERT OR IGNORE INTO taken_back SELECT seq FROM submissions WHERE branch = ? AND seq = ?"
            connection.executemany(rejected, [(branch, seq) for seq in seqs])
            gone = """DELETE FROM current WHERE path IN (SELECT path FROM submissions WHERE branch = ?)
                AND seq IN (SELECT seq FROM taken_back) RETURNING path"""
            earlier = """INSERT INTO current SELECT path, centre, series, max(seq) FROM submissions
                WHERE branch = ? AND path = ? AND seq NOT IN (SELECT seq FROM taken_back) GROUP BY path"""
            paths = [path for (path,) in connection.execute(gone, (branch,)).fetchall()]
            connection.executemany(earlier, [(branch, path) for path in paths])

    def postpone(self, branch: str, until: datetime, reason: str) -> None:
        """Hold a dossier's outbox until an instant."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", (branch, _text(until), reason))

    def try_storing(self) -> None:
        """Store a mark as durably as a submission."""
        with self._transaction() as connection:
            connection.execute("INSERT INTO tried VALUES (1, 1) ON CONFLICT DO UPDATE SET times = times + 1")

    def waiting(self) -> Mapping[str, Any]:
        """How much waits to be filed, and since when."""
        sql = "SELECT count(*), min(received_at) FROM outbox JOIN submissions USING (seq)"
        ((count, oldest),) = self._rows(sql)
        return {"waiting": count, "oldest": _instant(oldest)}

    def last_instant(self) -> datetime | None:
        """The latest `received_at` that is stored."""
        ((last,),) = self._rows("SELECT max(received_at) FROM submissions")
        return _instant(last)

    def keep_credential(self, credential: Credential) -> None:
        """Keep a credential."""
        c = credential
        row = (c.hash, c.kind, c.centre, c.ref, c.role, json.dumps(dict(c.facts)))
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO credentials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, _text(c.made_at), _text(c.expires_at), _text(c.used_at)),
            )

    def credential(self, secret_hash: str) -> Credential | None:
        """The credential with that hash, used or expired ones included."""
        return next(map(_credential, self._rows("SELECT * FROM credentials WHERE hash = ?", secret_hash)), None)

    def credentials(self, kind: str, centre: str | None = None) -> Sequence[Credential]:
        """Every credential of a kind, of one centre or of all, oldest first."""
        sql = "SELECT * FROM credentials WHERE kind = ? AND (? IS NULL OR centre = ?) ORDER BY made_at, rowid"
        return [_credential(row) for row in self._rows(sql, kind, centre, centre)]

    def use_credential(self, secret_hash: str, at: datetime) -> bool:
        """Mark a credential used, once; False where it was used before."""
        with self._transaction() as connection:
            sql = "UPDATE credentials SET used_at = ? WHERE hash = ? AND used_at IS NULL"
            return connection.execute(sql, (_text(at), secret_hash)).rowcount == 1

    def forget_credential(self, secret_hash: str) -> None:
        """Take a credential away."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM credentials WHERE hash = ?", (secret_hash,))


class SqliteDesk:
    """One centre's submissions, under that centre's lock."""

    def __init__(self, inbox: SqliteInbox, centre: str) -> None:
        self._inbox = inbox
        self._centre = centre
        self._seen: int | None = None

    def current(self) -> Sequence[Stored]:
        """The latest acknowledged document at each path of the centre, in order of storing."""
        sql = f"SELECT {_STORED} JOIN current USING (seq) WHERE current.centre = ? ORDER BY seq"
        found = [_stored(row) for row in self._inbox._rows(sql, self._centre)]
        self._seen = max((stored.seq for stored in found), default=0)
        return found

    def last(self, branch: str) -> Stored | None:
        """The last submission of a dossier."""
        sql = f"SELECT {_STORED} WHERE branch = ? ORDER BY seq DESC LIMIT 1"
        return next(map(_stored, self._inbox._rows(sql, branch)), None)

    def answered(self, form: str, key: str) -> Answered | None:
        """What this key was answered with before."""
        sql = """SELECT body_sha256, receipt FROM keys JOIN submissions USING (seq)
            WHERE keys.centre = ? AND keys.form = ? AND keys.key = ?"""
        return next((Answered(*row) for row in self._inbox._rows(sql, self._centre, form, key)), None)

    def store(self, entry: Entry, receipt_of: Callable[[int], bytes]) -> Stored:
        """Number it, make its receipt, and keep everything in one durable transaction."""
        with self._inbox._transaction() as connection:
            self._refuse_if_overtaken(connection)
            ((seq,),) = connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM submissions").fetchall()
            e = entry
            row: tuple[Any, ...] = (
                seq,
                e.form,
                e.series,
                e.centre,
                e.branch,
                e.path,
                e.receipt_id,
                e.document,
                receipt_of(seq),
            )
            row = (*row, e.sha256, e.body_sha256, _text(e.received_at), None, None)
            connection.execute("INSERT INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT OR REPLACE INTO current VALUES (?, ?, ?, ?)", (e.path, e.centre, e.series, seq))
            connection.execute("INSERT INTO outbox VALUES (?, ?)", (seq, e.branch))
            if e.key is not None:
                connection.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (e.centre, e.form, e.key, seq))
            facts = {"form": e.form, "seq": str(seq), "path": e.path, "sha256": e.sha256, "channel": e.channel}
            append(connection, e.received_at, "submitted", e.by, e.role, e.centre, e.receipt_id, facts)
        return _stored(row)

    def _refuse_if_overtaken(self, connection: sqlite3.Connection) -> None:
        # The lock orders one process; this tells when another one has stored for the centre meanwhile.
        sql = "SELECT coalesce(max(seq), 0) FROM current WHERE centre = ?"
        ((newest,),) = connection.execute(sql, (self._centre,)).fetchall()
        if self._seen is not None and newest != self._seen:
            raise StoreError("Another submission of this centre came in between; nothing was stored.")
