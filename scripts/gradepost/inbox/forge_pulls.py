"""How many pull requests stand open on the forge, in the inbox's file: the last count, and those opened since.

Counted too high rather than too low: one that was closed since counts until the next count, one that was about to be
opened when a worker ended counts until somebody has opened it.
"""

from datetime import datetime, timedelta

from gradepost.forge.budget import OpenPulls
from gradepost.inbox.store import SqliteStore, instant_of, text_of

# A forge's list may lag behind what was opened.
_LAG = timedelta(minutes=1)


class SqliteOpenPulls(SqliteStore):
    """The open pull requests of a budget (`forge/budget.py`)."""

    def take_slot(self, branch: str, at: datetime, most: int) -> bool:
        """Count a branch's pull request as open, before it is opened; False where as many are open as may. What was
        granted and not used is granted again."""
        with self._transaction() as connection:
            mine = "SELECT 1 FROM forge_slots WHERE branch = ? AND opened_at IS NULL"
            if connection.execute(mine, (branch,)).fetchone():
                return True
            sql = """SELECT (SELECT count(*) FROM forge_slots WHERE branch <> ?)
                + coalesce((SELECT number FROM forge_pulls), 0)"""
            ((others,),) = connection.execute(sql, (branch,)).fetchall()
            if others >= most:
                return False
            connection.execute("INSERT OR REPLACE INTO forge_slots VALUES (?, ?, NULL)", (branch, text_of(at)))
        return True

    def opened(self, branch: str, at: datetime) -> None:
        """The pull request of a branch is open and noted, so that the next count will find it."""
        if self._rows("SELECT 1 FROM forge_slots WHERE branch = ? AND opened_at IS NULL", branch):
            with self._transaction() as connection:
                connection.execute("UPDATE forge_slots SET opened_at = ? WHERE branch = ?", (text_of(at), branch))

    def counted(self, number: int, at: datetime) -> None:
        """So many pull requests were open when the count began."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO forge_pulls VALUES (1, ?, ?)", (number, text_of(at)))
            connection.execute("DELETE FROM forge_slots WHERE opened_at < ?", (text_of(at - _LAG),))

    def open_pulls(self) -> OpenPulls:
        """How many pull requests stand open."""
        ((taken,),) = self._rows("SELECT count(*) FROM forge_slots")
        for number, counted_at in self._rows("SELECT number, counted_at FROM forge_pulls"):
            return OpenPulls(number + taken, instant_of(counted_at))
        return OpenPulls(taken)
