"""Problems that people report with pages: where, of which kind, in their words. Who reported them is not asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gradepost.inbox.store import SqliteStore, text_of


class PageProblem(NamedTuple):
    """One report. `page` is a path of the site."""

    number: int
    at: datetime
    page: str
    kind: str
    words: str


class SqliteProblems(SqliteStore):
    """Reports in the inbox's file, until somebody has dealt with them."""

    def keep_problem(self, at: datetime, page: str, kind: str, words: str, most: int) -> bool:
        """Keep a report durably; False where `most` are kept already."""
        with self._transaction() as connection:
            sql = """INSERT INTO page_problems (at, page, kind, words)
                SELECT ?, ?, ?, ? WHERE (SELECT count(*) FROM page_problems) < ?"""
            return connection.execute(sql, (text_of(at), page, kind, words, most)).rowcount == 1

    def problems(self) -> Sequence[PageProblem]:
        """Every report that is kept, oldest first."""
        rows = self._rows("SELECT number, at, page, kind, words FROM page_problems ORDER BY number")
        return [PageProblem(number, datetime.fromisoformat(at), *rest) for number, at, *rest in rows]

    def forget_problem(self, number: int) -> bool:
        """Take a report away that was dealt with; False where there is none."""
        with self._transaction() as connection:
            return connection.execute("DELETE FROM page_problems WHERE number = ?", (number,)).rowcount == 1
