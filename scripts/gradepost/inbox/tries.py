"""How often a credential's code was tried. A try is spent before it is looked at, so that no race gets more."""

from gradepost.inbox.store import SqliteStore


class SqliteTries(SqliteStore):
    """Tries in the inbox's file."""

    def spend_try(self, secret_hash: str, most: int) -> bool:
        """Spend one of the tries that a credential has; False where none is left."""
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO code_tries VALUES (?, 0)", (secret_hash,))
            sql = "UPDATE code_tries SET spent = spent + 1 WHERE hash = ? AND spent < ?"
            return connection.execute(sql, (secret_hash, most)).rowcount == 1

    def give_try_back(self, secret_hash: str) -> None:
        """Give a try back that was no wrong one."""
        with self._transaction() as connection:
            connection.execute("UPDATE code_tries SET spent = spent - 1 WHERE hash = ? AND spent > 0", (secret_hash,))

    def tries(self, secret_hash: str) -> int:
        """How many tries were spent."""
        return next((row[0] for row in self._rows("SELECT spent FROM code_tries WHERE hash = ?", secret_hash)), 0)
