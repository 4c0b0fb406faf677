"""Main as the gateway sees it: what it says of a centre, read once for as long as main does not move."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from gradepost.book import Book
from gradepost.forge.base import MAIN, Forge
from gradepost.inbox import Inbox
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import CommitSource
from gradepost.model.register import Centre, Register
from gradepost.model.trouble import ForgeError
from gradepost.people.addresses import address_of


class Ledger:
    """Main as the gateway sees it. What was read of a centre is kept until main moves, and while the forge is away.

    People have the address that is in force: where the register has a new one, the old one until it has waited.
    """

    def __init__(self, forge: Forge, book: Book, inbox: Inbox, now: Callable[[], datetime]) -> None:
        self._forge = forge
        self._book = book
        self._inbox = inbox
        self._now = now
        self._registers: dict[str, tuple[str, Register]] = {}
        self._every: tuple[str, list[Centre]] | None = None

    def reader(self) -> LedgerReader:
        """A reader of main as it stands. Raises `ForgeError` where main cannot be had."""
        return self._reader(self.head())

    def register(self, centre: str) -> Register:
        """What main says of a centre now; what it last said while the forge is away."""
        found = self.as_registered(centre)
        return found if found.centre is None else replace(found, centre=self._with_addresses(found.centre))

    def centres(self) -> list[Centre]:
        """Every centre of the register."""
        return [self._with_addresses(centre) for centre in self.centres_as_registered()]

    def centres_as_registered(self) -> list[Centre]:
        """The same with the addresses that the register has, in force or not; read once for as long as main does not
        move."""
        head = self.head()
        if self._every is None or self._every[0] != head:
            self._every = (head, self._reader(head).centres())
        return self._every[1]

    def as_registered(self, centre: str) -> Register:
        """The same with the addresses that the register has, in force or not."""
        kept = self._registers.get(centre)
        try:
            head = self.head()
            if kept is None or kept[0] != head:
                kept = self._registers[centre] = (head, self._reader(head).register(centre, self._book.series.id))
        except ForgeError:
            if kept is None:
                raise
        return kept[1]

    def head(self) -> str:
        """The commit that main stands at. Raises `ForgeError`."""
        head = self._forge.head(MAIN)
        if head is None:
            raise ForgeError("The ledger has no main branch.")
        return head

    def _with_addresses(self, centre: Centre) -> Centre:
        known, at = self._inbox.addresses(centre.number), self._now()
        people = tuple(replace(person, email=address_of(person, known, at)) for person in centre.people)
        return replace(centre, people=people)

    def _reader(self, head: str) -> LedgerReader:
        return LedgerReader(CommitSource(self._forge, head), self._book)
