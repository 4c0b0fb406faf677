"""What was last seen of each pull request where reviewers work, and which are to be looked at: in the inbox's file, so
that pages ask nothing of the forge, two workers never look at one at once, and a restart forgets nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from gradepost.forge.base import Check, CheckState, Pull, PullState, Review, Verdict
from gradepost.forge.board import Touched
from gradepost.inbox.store import SqliteStore, text_of

_COLUMNS = "pull, checked, reviews, shown, annotated FROM pulls_seen"


@dataclass(frozen=True, slots=True)
class SeenPull:
    """A pull request, its judgement or None, the verdicts that count, and marks of what was last shown on it, and
    beside the lines of which head."""

    pull: Pull
    check: Check | None
    reviews: tuple[Review, ...]
    shown: str
    annotated: str


class SqlitePulls(SqliteStore):
    """Pull requests in the inbox's file. A row is due where `due` has come; whoever looks moves it on first."""

    def is_noted(self, seen: Touched) -> bool:
        """Whether that very change was noted."""
        sql = "SELECT 1 FROM pulls_seen WHERE number = ? AND updated = ?"
        return bool(self._rows(sql, seen.number, text_of(seen.at)))

    def note_pulls(self, seen: Iterable[Touched], at: datetime, *, settled: datetime) -> None:
        """These are due. A change after `settled` is not known by its time: another may share its second."""
        sql = """INSERT INTO pulls_seen (number, branch, updated, due) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET updated = excluded.updated,
            due = min(coalesce(due, excluded.due), excluded.due)"""
        rows = [(s.number, s.branch, text_of(s.at) if s.at <= settled else "", text_of(at)) for s in seen]
        with self._transaction() as connection:
            connection.executemany(sql, rows)

    def all_settled(self) -> bool:
        """Whether every change that was noted is known by its time."""
        return not self._rows("SELECT 1 FROM pulls_seen WHERE updated = '' LIMIT 1")

    def wake_pull(self, number: int, at: datetime) -> None:
        """It is due: somebody says that it has changed."""
        sql = """INSERT INTO pulls_seen (number, branch, updated, due) VALUES (?, '', '', ?)
            ON CONFLICT DO UPDATE SET due = min(coalesce(due, excluded.due), excluded.due)"""
        with self._transaction() as connection:
            connection.execute(sql, (number, text_of(at)))

    def due_pulls(self, at: datetime, most: int) -> list[int]:
        """The numbers of those that are due, longest due first."""
        sql = "SELECT number FROM pulls_seen WHERE due <= ? ORDER BY due, number LIMIT ?"
        return [row[0] for row in self._rows(sql, text_of(at), most)]

    def claim_pull(self, number: int, at: datetime, until: datetime) -> bool:
        """Look at it alone: nobody else does until then. False where somebody does."""
        with self._transaction() as connection:
            sql = "UPDATE pulls_seen SET due = ? WHERE number = ? AND due <= ?"
            return connection.execute(sql, (text_of(until), number, text_of(at))).rowcount == 1

    def release_pull(self, number: int, claimed: datetime, due: datetime | None = None) -> None:
        """Looked at, and due again at an instant or not at all, unless it was woken meanwhile."""
        with self._transaction() as connection:
            sql = "UPDATE pulls_seen SET due = ? WHERE number = ? AND due = ?"
            connection.execute(sql, (text_of(due), number, text_of(claimed)))

    def forget_pull(self, number: int) -> None:
        """It is none of ours."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE pulls_seen SET due = NULL, pull = NULL, updated = 'none of ours' WHERE number = ?", (number,)
            )

    def keep_pull(self, pull: Pull) -> None:
        """As it stands now. What was judged of another head counts no more."""
        sql = """INSERT INTO pulls_seen (number, branch, updated, head, pull) VALUES (?, ?, '', ?, ?)
            ON CONFLICT DO UPDATE SET branch = excluded.branch, pull = excluded.pull, head = excluded.head,
            checked = CASE WHEN head IS excluded.head THEN checked END"""
        with self._transaction() as connection:
            connection.execute(sql, (pull.number, pull.branch, pull.head, _text(pull)))

    def keep_check(self, check: Check) -> None:
        """What was judged of a head."""
        with self._transaction() as connection:
            connection.execute("UPDATE pulls_seen SET checked = ? WHERE head = ?", (_text(check), check.head))

    def keep_reviews(self, number: int, reviews: Sequence[Review]) -> None:
        """The verdicts that count."""
        kept = json.dumps([json.loads(_text(review)) for review in reviews])
        with self._transaction() as connection:
            connection.execute("UPDATE pulls_seen SET reviews = ? WHERE number = ?", (kept, number))

    def keep_shown(self, number: int, mark: str) -> None:
        """What is shown on it now."""
        with self._transaction() as connection:
            connection.execute("UPDATE pulls_seen SET shown = ? WHERE number = ?", (mark, number))

    def keep_annotated(self, number: int, mark: str) -> None:
        """What is shown beside its lines now."""
        with self._transaction() as connection:
            connection.execute("UPDATE pulls_seen SET annotated = ? WHERE number = ?", (mark, number))

    def seen_pull(self, number: int) -> SeenPull | None:
        """What was last seen of it, or None."""
        return self._first(f"SELECT {_COLUMNS} WHERE number = ?", number)

    def last_seen_of(self, branch: str) -> SeenPull | None:
        """The same of the newest pull request of a branch."""
        return self._first(f"SELECT {_COLUMNS} WHERE branch = ? ORDER BY number DESC LIMIT 1", branch)

    def seen_check(self, head: str) -> Check | None:
        """What was judged of a head."""
        found = self._first(f"SELECT {_COLUMNS} WHERE head = ? ORDER BY number DESC LIMIT 1", head)
        return found.check if found else None

    def seen_pulls(self) -> list[SeenPull]:
        """All of them, newest first."""
        return [_seen(row) for row in self._rows(f"SELECT {_COLUMNS} WHERE pull IS NOT NULL ORDER BY number DESC")]

    def main_seen(self) -> str | None:
        """The commit of main up to which pull requests were woken, or None."""
        return next((row[0] for row in self._rows("SELECT head FROM main_seen")), None)

    def keep_main_seen(self, head: str) -> None:
        """All that a change of main up to this commit concerns is due."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO main_seen VALUES (1, ?)", (head,))

    def _first(self, sql: str, asked: object) -> SeenPull | None:
        row = next(iter(self._rows(sql, asked)), None)
        return _seen(row) if row is not None and row[0] is not None else None


def _seen(row: tuple[Any, ...]) -> SeenPull:
    pull, checked, reviews, shown, annotated = row
    return SeenPull(
        _pull(json.loads(pull)),
        _check(json.loads(checked)) if checked else None,
        tuple(_review(review) for review in json.loads(reviews or "[]")),
        shown,
        annotated,
    )


def _text(value: Pull | Check | Review) -> str:
    return json.dumps(asdict(value), default=datetime.isoformat)


def _pull(said: Mapping[str, Any]) -> Pull:
    closed_at = datetime.fromisoformat(said["closed_at"]) if said["closed_at"] else None
    opened_at = datetime.fromisoformat(said["opened_at"])
    return Pull(**{**said, "state": PullState(said["state"]), "opened_at": opened_at, "closed_at": closed_at})


def _check(said: Mapping[str, Any]) -> Check:
    # An earlier version kept neither a base nor grounds.
    return Check(**{**said, "state": CheckState(said["state"]), "at": datetime.fromisoformat(said["at"])})


def _review(said: Mapping[str, Any]) -> Review:
    return Review(**{**said, "verdict": Verdict(said["verdict"]), "at": datetime.fromisoformat(said["at"])})
