"""The budget of requests to a forge in the inbox's file, so that every worker and every process counts the same ones.

A row is a content request: sent, or promised to a holder and not sent yet; `push` says whether it moves a branch. Rows
older than an hour go.
"""

from datetime import datetime, timedelta
from sqlite3 import Connection

from gradepost.forge.budget import (
    HOUR,
    MINUTE,
    READ_POINTS,
    WRITE_POINTS,
    Limits,
    Spending,
    room_at,
    room_for_pushes_at,
)
from gradepost.inbox.store import SqliteStore, instant_of, text_of

_MARGIN = timedelta(seconds=1)
# A promise of a worker that ended without a word.
_PROMISED_FOR = timedelta(minutes=10)
_LONGEST_PAUSE = timedelta(minutes=32)
# After an outage no more than this is lost.
_LONGEST_PAUSE_OF_AN_OUTAGE = timedelta(minutes=8)


class SqliteBudget(SqliteStore):
    """A budget (`forge/budget.py`) kept in the inbox's file."""

    def promise(self, holder: str, requests: int, pushes: int, at: datetime, limits: Limits) -> datetime | None:
        """Set content requests aside for a holder, so many of them pushes; or else when there is room for them."""
        with self._transaction() as connection:
            _forget_old(connection, at)
            until = _held(connection, at) or _room(connection, requests, pushes, at, limits)
            if until > at:
                return until
            rows = [(text_of(at), holder, number < pushes) for number in range(requests)]
            connection.executemany("INSERT INTO forge_requests (at, holder, push) VALUES (?, ?, ?)", rows)
        return None

    def give_back(self, holder: str) -> None:
        """End what was promised and not sent."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM forge_requests WHERE holder = ?", (holder,))

    def spend(
        self, holder: str, at: datetime, limits: Limits, *, is_content: bool, is_push: bool = False
    ) -> datetime | None:
        """Count a request that is about to be sent, from what was promised first; or else when it may be sent."""
        points = WRITE_POINTS if is_content else READ_POINTS
        with self._transaction() as connection:
            _forget_old(connection, at)
            until = _held(connection, at) or _points_at(connection, points, at, limits)
            if until is None and is_content and not _take_promised(connection, holder, is_push, at):
                until = _room(connection, 1, int(is_push), at, limits)
                if until <= at:
                    sql = "INSERT INTO forge_requests (at, holder, push) VALUES (?, '', ?)"
                    connection.execute(sql, (text_of(at), is_push))
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
            _hold(connection, held, reason)
            connection.execute("UPDATE forge_held SET pauses = ?", (pauses + (until is None),))
        return held

    def failed(self, at: datetime, tolerated: int, pause: timedelta) -> datetime | None:
        """A request came to nothing. After more than `tolerated` in a row: send nothing until an instant, a pause that
        doubles with each further one."""
        with self._transaction() as connection:
            row = connection.execute("SELECT until, failures FROM forge_held").fetchone()
            before, failures = (_instant(row[0]), row[1] + 1) if row else (at, 1)
            too_many = failures - tolerated
            until = at + min(pause * 2 ** min(too_many - 1, 10), _LONGEST_PAUSE_OF_AN_OUTAGE) if too_many > 0 else at
            _hold(connection, max(until, before), "the forge does not answer as it should" if until > before else None)
            connection.execute("UPDATE forge_held SET failures = ?", (failures,))
        return max(until, before) if too_many > 0 else None

    def answered(self) -> None:
        """The forge does as asked again: the next pause is a short one."""
        if self._rows("SELECT 1 FROM forge_held WHERE pauses > 0 OR failures > 0"):
            with self._transaction() as connection:
                connection.execute("UPDATE forge_held SET pauses = 0, failures = 0")

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
        rows = self._rows("SELECT at, push FROM forge_requests WHERE at > ? ORDER BY at", since)
        sent, pushes = [_instant(row[0]) for row in rows], [_instant(row[0]) for row in rows if row[1]]
        sql = "SELECT coalesce(sum(points), 0) FROM forge_points WHERE at > ?"
        ((points,),) = self._rows(sql, text_of(at - MINUTE))
        held = self._rows("SELECT until, reason FROM forge_held WHERE until > ?", text_of(at))
        held_until, reason = (_instant(held[0][0]), held[0][1]) if held else (None, "")
        return Spending(sent, points, held_until, reason, pushes)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _forget_old(connection: Connection, at: datetime) -> None:
    connection.execute("DELETE FROM forge_requests WHERE at <= ?", (text_of(at - HOUR - _MARGIN),))
    connection.execute("DELETE FROM forge_requests WHERE holder <> '' AND at <= ?", (text_of(at - _PROMISED_FOR),))
    connection.execute("DELETE FROM forge_points WHERE at <= ?", (text_of(at - MINUTE - _MARGIN),))


def _held(connection: Connection, at: datetime) -> datetime | None:
    row = connection.execute("SELECT until FROM forge_held WHERE until > ?", (text_of(at),)).fetchone()
    return _instant(row[0]) if row else None


def _hold(connection: Connection, until: datetime, reason: str | None) -> None:
    """Without a reason the one that stands is kept."""
    sql = """INSERT INTO forge_held (one, until, reason, pauses) VALUES (1, ?, ?, 0)
        ON CONFLICT DO UPDATE SET until = excluded.until, reason = coalesce(?, reason)"""
    connection.execute(sql, (text_of(until), reason or "", reason))


def _room(connection: Connection, requests: int, pushes: int, at: datetime, limits: Limits) -> datetime:
    rows = connection.execute("SELECT at, push FROM forge_requests ORDER BY at").fetchall()
    sent, pushed = [_instant(row[0]) for row in rows], [_instant(row[0]) for row in rows if row[1]]
    return max(room_at(sent, requests, at, limits), room_for_pushes_at(pushed, pushes, at, limits))


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


def _take_promised(connection: Connection, holder: str, is_push: bool, at: datetime) -> bool:
    """Turn one promised request into a sent one."""
    sql = """UPDATE forge_requests SET holder = '', at = ?
        WHERE number = (SELECT number FROM forge_requests WHERE holder = ? AND push = ? LIMIT 1)"""
    return connection.execute(sql, (text_of(at), holder, is_push)).rowcount == 1
