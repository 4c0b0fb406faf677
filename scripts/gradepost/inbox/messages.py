"""The letters in the inbox: queued, tried again later, sent, given up. Sending them is a door's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gradepost.inbox.base import Message
from gradepost.inbox.store import SqliteStore, instant_of, text_of

_COLUMNS = """number, recipient, subject, body, queued_at, sent_at, html, until, tries, next_try, gave_up_at, trouble
    FROM messages"""
_WAITS = "sent_at IS NULL AND gave_up_at IS NULL"
_FORGET = "UPDATE messages SET body = '', html = NULL WHERE number = ?"
_TAKEN_AT_ONCE = 100


class SqliteMessages(SqliteStore):
    """The queue of letters."""

    def queue_message(
        self, to: str, subject: str, body: str, at: datetime, html: str | None = None, until: datetime | None = None
    ) -> None:
        """Queue a letter."""
        with self._transaction() as connection:
            sql = "INSERT INTO messages (recipient, subject, body, queued_at, html, until) VALUES (?, ?, ?, ?, ?, ?)"
            connection.execute(sql, (to, subject, body, text_of(at), html, text_of(until)))

    def queue_message_once(
        self, key: str, to: str, subject: str, body: str, at: datetime, *, until: datetime | None = None
    ) -> bool:
        """Queue a letter and its key in one transaction."""
        with self._transaction() as connection:
            if not connection.execute("INSERT OR IGNORE INTO queued_once VALUES (?, ?)", (key, text_of(at))).rowcount:
                return False
            sql = "INSERT INTO messages (recipient, subject, body, queued_at, until) VALUES (?, ?, ?, ?, ?)"
            connection.execute(sql, (to, subject, body, text_of(at), text_of(until)))
        return True

    def messages(self, *, unsent: bool = False) -> Sequence[Message]:
        """Letters, oldest first."""
        return [
            _message(row) for row in self._rows(f"SELECT {_COLUMNS} WHERE ? OR {_WAITS} ORDER BY number", not unsent)
        ]

    def due_messages(self, at: datetime) -> Sequence[Message]:
        """Letters that are to be tried now, oldest first."""
        sql = f"SELECT {_COLUMNS} WHERE {_WAITS} AND (next_try IS NULL OR next_try <= ?) ORDER BY number LIMIT ?"
        return [_message(row) for row in self._rows(sql, text_of(at), _TAKEN_AT_ONCE)]

    def message_sent(self, number: int, at: datetime, *, keep_text: bool = False) -> None:
        """Mark a letter sent. A letter may hold a link that lets somebody in: nobody needs its text any more."""
        with self._transaction() as connection:
            sql = "UPDATE messages SET sent_at = ?, tries = tries + 1, trouble = NULL WHERE number = ?"
            connection.execute(sql, (text_of(at), number))
            if not keep_text:
                connection.execute(_FORGET, (number,))

    def postpone_message(self, number: int, until: datetime, trouble: str) -> None:
        """Try a letter again later."""
        with self._transaction() as connection:
            sql = "UPDATE messages SET tries = tries + 1, next_try = ?, trouble = ? WHERE number = ?"
            connection.execute(sql, (text_of(until), trouble, number))

    def give_up_message(self, number: int, at: datetime, trouble: str) -> None:
        """Try a letter no more."""
        with self._transaction() as connection:
            sql = "UPDATE messages SET gave_up_at = ?, tries = tries + 1, trouble = ? WHERE number = ?"
            connection.execute(sql, (text_of(at), trouble, number))
            connection.execute(_FORGET, (number,))

    def mail(self) -> Mapping[str, Any]:
        """How the post stands."""
        sql = """SELECT count(*) - count(coalesce(sent_at, gave_up_at)),
            min(queued_at) FILTER (WHERE sent_at IS NULL AND gave_up_at IS NULL), count(gave_up_at), count(sent_at)
            FROM messages"""
        ((waiting, oldest, given_up, sent),) = self._rows(sql)
        return {"waiting": waiting, "oldest": instant_of(oldest), "given_up": given_up, "sent": sent}


def _message(row: tuple[Any, ...]) -> Message:
    number, to, subject, body, queued_at, sent_at, html, until, tries, next_try, gave_up_at, trouble = row
    return Message(
        number,
        to,
        subject,
        body,
        datetime.fromisoformat(queued_at),
        instant_of(sent_at),
        html,
        instant_of(until),
        tries,
        instant_of(next_try),
        instant_of(gave_up_at),
        trouble,
    )
