"""Wishes for sign-in links, attempts, when sessions were used and second factors, in the inbox's file."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from gradepost.inbox.access import Ask, Factor, Quota
from gradepost.inbox.store import SqliteStore, instant_of, text_of

_ASKS = "SELECT browser, email, code, next_url, at, expires_at, number FROM sign_in_asks"
_ANSWERED_AT_ONCE = 100
_LONGEST_QUOTA = timedelta(hours=24)


class SqliteAccess(SqliteStore):
    """What sign-in keeps."""

    def keep_ask(self, ask: Ask) -> None:
        """Keep a wish for a link."""
        row = (ask.email, ask.browser, ask.code, ask.next_url, text_of(ask.at), text_of(ask.expires_at))
        with self._transaction() as connection:
            sql = "INSERT INTO sign_in_asks (email, browser, code, next_url, at, expires_at) VALUES (?, ?, ?, ?, ?, ?)"
            connection.execute(sql, row)

    def asks(self) -> Sequence[Ask]:
        """What waits to be answered."""
        rows = self._rows(f"{_ASKS} ORDER BY number LIMIT ?", _ANSWERED_AT_ONCE)
        return [
            Ask(browser, email, code, next_url, datetime.fromisoformat(at), datetime.fromisoformat(ends), number)
            for browser, email, code, next_url, at, ends, number in rows
        ]

    def forget_ask(self, number: int) -> None:
        """Take a wish away."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM sign_in_asks WHERE number = ?", (number,))

    def holders(self, email: str) -> Sequence[tuple[str, str]]:
        """Whoever may have an address."""
        sql = """SELECT centre, ref FROM addresses WHERE email = ?1 COLLATE NOCASE OR next_email = ?1 COLLATE NOCASE
            ORDER BY centre, ref"""
        return [(centre, ref) for centre, ref in self._rows(sql, email)]

    def attempt(self, quotas: Sequence[Quota], at: datetime) -> datetime | None:
        """Count an attempt, or say when it may be made."""
        with self._transaction() as connection:
            free_at = None
            for quota in quotas:
                # Of so many that count, the oldest decides when there is room for one more.
                sql = "SELECT at FROM attempts WHERE key = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?"
                values = (quota.key, text_of(at - quota.within), quota.most - 1)
                found = connection.execute(sql, values).fetchone()
                if found:
                    free_at = max(filter(None, (free_at, datetime.fromisoformat(found[0]) + quota.within)))
            if free_at is None:
                connection.executemany("INSERT INTO attempts VALUES (?, ?)", [(q.key, text_of(at)) for q in quotas])
        return free_at

    def forget_attempts(self, key: str) -> None:
        """Count from nothing again."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM attempts WHERE key = ?1 OR key GLOB ?1 || '@*'", (key,))

    def seen(self, secret_hash: str) -> datetime | None:
        """When a session was last used."""
        return next((instant_of(row[0]) for row in self._rows("SELECT at FROM seen WHERE hash = ?", secret_hash)), None)

    def note_seen(self, secret_hash: str, at: datetime) -> None:
        """Note that a session was used."""
        with self._transaction() as connection:
            sql = "INSERT OR REPLACE INTO seen SELECT hash, ? FROM credentials WHERE hash = ?"
            connection.execute(sql, (text_of(at), secret_hash))

    def forget_credentials_of(self, kinds: Sequence[str], centre: str, ref: str) -> int:
        """Take away what a person holds."""
        with self._transaction() as connection:
            sql = """DELETE FROM credentials WHERE kind IN (SELECT value FROM json_each(?))
                AND coalesce(centre, '') = ? AND ref = ?"""
            return connection.execute(sql, (json.dumps(kinds), centre, ref)).rowcount

    def forget_expired(self, kinds: Sequence[str], at: datetime) -> None:
        """Take away what has run out."""
        with self._transaction() as connection:
            sql = "DELETE FROM credentials WHERE kind IN (SELECT value FROM json_each(?)) AND expires_at <= ?"
            connection.execute(sql, (json.dumps(kinds), text_of(at)))
            connection.execute("DELETE FROM seen WHERE hash NOT IN (SELECT hash FROM credentials)")
            connection.execute("DELETE FROM sign_in_asks WHERE expires_at <= ?", (text_of(at),))
            connection.execute("DELETE FROM attempts WHERE at <= ?", (text_of(at - _LONGEST_QUOTA),))

    def factor(self, centre: str, ref: str) -> Factor | None:
        """A person's second factor."""
        rows = self._rows("SELECT sealed, last_step, made_at FROM factors WHERE centre = ? AND ref = ?", centre, ref)
        return next((Factor(sealed, step, datetime.fromisoformat(made)) for sealed, step, made in rows), None)

    def keep_factor(self, centre: str, ref: str, factor: Factor, recovery: Sequence[str]) -> bool:
        """Keep a second factor where there is none."""
        row = (centre, ref, factor.sealed, factor.last_step, text_of(factor.made_at))
        with self._transaction() as connection:
            if connection.execute("INSERT OR IGNORE INTO factors VALUES (?, ?, ?, ?, ?)", row).rowcount != 1:
                return False
            connection.executemany("INSERT INTO recovery VALUES (?, ?, ?, NULL)", [(centre, ref, h) for h in recovery])
        return True

    def use_step(self, centre: str, ref: str, step: int) -> bool:
        """Note that a step's code was taken, once."""
        with self._transaction() as connection:
            sql = "UPDATE factors SET last_step = ?1 WHERE centre = ?2 AND ref = ?3 AND last_step < ?1"
            return connection.execute(sql, (step, centre, ref)).rowcount == 1

    def use_recovery(self, centre: str, ref: str, code_hash: str, at: datetime) -> bool:
        """Use up a recovery code, once."""
        with self._transaction() as connection:
            sql = "UPDATE recovery SET used_at = ? WHERE centre = ? AND ref = ? AND hash = ? AND used_at IS NULL"
            return connection.execute(sql, (text_of(at), centre, ref, code_hash)).rowcount == 1

    def recovery_left(self, centre: str, ref: str) -> int:
        """How many recovery codes a person has left."""
        sql = "SELECT count(*) FROM recovery WHERE centre = ? AND ref = ? AND used_at IS NULL"
        ((left,),) = self._rows(sql, centre, ref)
        return int(left)

    def forget_factor(self, centre: str, ref: str) -> bool:
        """Take a second factor away."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM recovery WHERE centre = ? AND ref = ?", (centre, ref))
            sql = "DELETE FROM factors WHERE centre = ? AND ref = ?"
            return connection.execute(sql, (centre, ref)).rowcount == 1
