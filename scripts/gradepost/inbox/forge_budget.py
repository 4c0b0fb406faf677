"""The budget of requests to a forge in the inbox's file, so that every worker and every process counts the same ones.

A row is a content request: sent, or promised to a holder and not sent yet. Rows older than an hour go.
"""

from datetime import datetime, timedelta
from sqlite3 import Connection

from gradepost.forge.budget import HOUR, MINUTE, READ_POINTS, WRITE_POINTS, Limits, Spending, room_at
from gradepost.inbox.store import SqliteStore, instant_of, text_of

_MARGIN = timedelta(seconds=1)
# A promise of a worker that ended without a word.
_PROMISED_FOR = timedelta(minutes=10)
_LONGEST_PAUSE = timedelta(minutes=32)


class SqliteBudget(SqliteStore):
    """A budget (`forge/budget.py`) kept in the inbox's file."""

    def promise(self, holder: str, requests: int, at: datetime, limits: Limits) -> datetime | None:
        """Set content requests aside for a holder; or else when there is room for that many."""
        with self._transaction() as connection:
            _forget_old(connection, at)
            until = _held(connection, at) or room_at(_sent(connection), requests, at, limits)
            if until > at:
                return until
            row = (text_of(at), holder)
            connection.executemany("INSERT INTO forge_requests (at, holder) VALUES (?, ?)", [row] * requests)
        return None

    def give_back(self, holder: str) -> None:
        """End what was promised and not sent."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM forge_requests WHERE holder = ?", (holder,))

    def spend(self, holder: str, at: datetime, limits: Limits, *, is_content: bool) -> datetime | None:
        """Count a request that is about to be sent, from what was promised first; or else when it may be sent."""
        points = WRITE_POINTS if is_content else READ_POINTS
        with self._transaction() as connection:
            _forget_old(connection, at)
            until = _held(connection, at) or _points_at(connection, points, at, limits)
            if until is None and is_content and not _take_promised(connection, holder, at):
                until = room_at(_sent(connection), 1, at, limits)
                if until <= at:
                    connection.execute("INSERT INTO forge_requests (at, holder) VALUES (?, '')", (text_of(at),))
            if until is not None and until > at:
                return until
            connection.execute("INSERT INTO forge_points VALUES (?, ?)", (text_of(at), points))
        return None

    def hold(self, until: datetime | None, reason: str, at: datetime, pause: timedelta) -> datetime:
        """Send nothing until an instant; without one for a pause that doubles each time in a row. The instant."""
        with self._transaction() as connection:
            row = connection.execute("SELECT until, pauses FROM forge_held").fetchone()
            before, pauses = (instant_of(row[0]), row[1]) if row else (None, 0)
            held = until or at + min(pause * 2 ** min(pauses, 10), _LONGEST_PAUSE)
            held = max(held, before or held)
            values = (text_of(held), reason, pauses + (until is None))
            connection.execute("INSERT OR REPLACE INTO forge_held VALUES (1, ?, ?, ?)", values)
        return held

    def answered(self) -> None:
        """The forge does as asked again: the next pause is a short one."""
        if self._rows("SELECT 1 FROM forge_held WHERE pauses > 0"):
            with self._transaction() as connection:
                connection.execute("UPDATE forge_held SET pauses = 0")

    def dossiers_waiting(self) -> tuple[int, int]:
        """How many dossiers wait to be filed: those nothing of which was filed before, and the others."""
        sql = """SELECT count(*), sum(filed_at IS NULL) FROM (
            SELECT max(filed_at) AS filed_at FROM submissions WHERE branch IN (SELECT branch FROM outbox)
            GROUP BY branch)"""
        ((all_of_them, new),) = self._rows(sql)
        return new or 0, all_of_them - (new or 0)

    def spending(self, at: datetime) -> Spending:
        """What was spent, as of an instant."""
        since = text_of(at - HOUR - _MARGIN)
        sent = [_instant(row[0]) for row in self._rows("SELECT at FROM forge_requests WHERE at > ? ORDER BY at", since)]
        sql = "SELECT coalesce(sum(points), 0) FROM forge_points WHERE at > ?"
        ((points,),) = self._rows(sql, text_of(at - MINUTE))
        held = self._rows("SELECT until, reason FROM forge_held WHERE until > ?", text_of(at))
        return Spending(sent, points, *((_instant(held[0][0]), held[0][1]) if held else ()))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _forget_old(connection: Connection, at: datetime) -> None:
    connection.execute("DELETE FROM forge_requests WHERE at <= ?", (text_of(at - HOUR - _MARGIN),))
    connection.execute("DELETE FROM forge_requests WHERE holder <> '' AND at <= ?", (text_of(at - _PROMISED_FOR),))
    connection.execute("DELETE FROM forge_points WHERE at <= ?", (text_of(at - MINUTE - _MARGIN),))


def _held(connection: Connection, at: datetime) -> datetime | None:
    row = connection.execute("SELECT until FROM forge_held WHERE until > ?", (text_of(at),)).fetchone()
    return _instant(row[0]) if row else None


def _sent(connection: Connection) -> list[datetime]:
    return [_instant(row[0]) for row in connection.execute("SELECT at FROM forge_requests ORDER BY at").fetchall()]


def _points_at(connection: Connection, points: int, at: datetime, limits: Limits) -> datetime | None:
    """When so many more points fit into the last minute; None where they do now."""
    rows = connection.execute("SELECT at, points FROM forge_points ORDER BY at").fetchall()
    over = sum(row[1] for row in rows) + points - limits.points_a_minute
    for spent_at, spent in rows:
        if over <= 0:
            return None
        over -= spent
        until = _instant(spent_at) + MINUTE + _MARGIN
        if over <= 0 and until > at:
            return until
    return None


def _take_promised(connection: Connection, holder: str, at: datetime) -> bool:
    """Turn one promised request into a sent one."""
    sql = """UPDATE forge_requests SET holder = '', at = ?
        WHERE number = (SELECT number FROM forge_requests WHERE holder = ? LIMIT 1)"""
    return connection.execute(sql, (text_of(at), holder)).rowcount == 1
