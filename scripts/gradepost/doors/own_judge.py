"""Our own verdict on a commit that is on a forge only: what `gradepost review` would say of it."""

from collections.abc import Callable
from datetime import datetime

from gradepost.book import Book
from gradepost.doors.reports import FORMATS
from gradepost.forge.base import Forge
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import CommitSource
from gradepost.model.trouble import ConfigurationError, WorldError
from gradepost.review import Brought
from gradepost.review import review as review_change


class OwnJudge:
    """Judges as the command does: the head's submissions with the settings, register and extensions of the base."""

    def __init__(self, forge: Forge, book: Book, now: Callable[[], datetime]) -> None:
        self._forge = forge
        self._book = book
        self._now = now

    def __call__(self, base: str, head: str, branch: str) -> tuple[int, str]:
        """The exit code and the JSON report, as `RunReview`. Raises `WorldError` where the forge cannot be read, or
        where the ledger on main is not one that this book may judge."""
        main = CommitSource(self._forge, base)
        source = Brought(CommitSource(self._forge, head), main)
        try:
            LedgerReader(main, self._book).settings.insist_on_book(self._book.digest)
            report = review_change(source, self._forge.changed(base, head), branch, self._book, self._now())
        except ConfigurationError as error:
            raise WorldError(f"The ledger on main cannot be judged by: {type(error).__name__}.") from error
        return 1 if report.blocks or report.not_judged else 0, FORMATS["json"](report)
