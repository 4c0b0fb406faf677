"""Which address of each person is in force, as far as the register was followed; and how far that was."""

from collections.abc import Mapping

from gradepost.inbox.base import KnownAddress
from gradepost.inbox.store import SqliteStore, instant_of, text_of


class SqliteAddresses(SqliteStore):
    """The addresses that were seen in the register, in the inbox's file."""

    def addresses(self, centre: str) -> Mapping[str, KnownAddress]:
        """The known addresses of a centre's people by ref."""
        rows = self._rows("SELECT ref, email, next_email, next_from FROM addresses WHERE centre = ?", centre)
        return {
            ref: KnownAddress(email, next_email, instant_of(next_from)) for ref, email, next_email, next_from in rows
        }

    def keep_addresses(self, centre: str, known: Mapping[str, KnownAddress]) -> None:
        """Keep what is known of some of a centre's people."""
        rows = [(centre, ref, k.email, k.next_email, text_of(k.next_from)) for ref, k in known.items()]
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO addresses VALUES (?, ?, ?, ?, ?)", rows)

    def followed(self) -> str | None:
        """The commit up to which the register was followed."""
        return next((row[0] for row in self._rows("SELECT head FROM followed")), None)

    def follow_from(self, head: str) -> None:
        """Note that the register was followed up to a commit."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO followed VALUES (1, ?)", (head,))
