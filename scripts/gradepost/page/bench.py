"""The reviewer's bench: one dossier with what a decision weighs, and who has not scheduled, submitted or declared."""

from collections.abc import Sequence

from markupsafe import Markup

from gradepost.book import Book
from gradepost.document.filing import Dossier
from gradepost.form import words
from gradepost.model.outstanding import Outstanding
from gradepost.model.standing import State
from gradepost.page.dossier_facts import Known, facts_of
from gradepost.page.rendering import rendered
from gradepost.page.statuses import title_of


def bench_page(book: Book, dossier: Dossier, known: Known, elsewhere: str | None = None) -> Markup:
    """One dossier. `elsewhere` is the address where it is decided, None where it is decided here."""
    standing = known.standing
    is_decided = standing.state in (State.MERGED, State.REJECTED)
    return rendered(
        "bench", **facts_of(book, dossier, known), pull=standing.pull, is_decided=is_decided, elsewhere=elsewhere
    )


def outstanding_page(book: Book, rows: Sequence[Outstanding]) -> Markup:
    """Who has not scheduled, submitted or declared, and by when it was or is due."""
    series = book.series
    due = [
        (label, *(_due(book, row, kind) for row in ("schedule", "tags")))
        for kind, label in series.kinds.items()
        if any(row.kind == kind for row in rows)
    ]
    left = [(row, title_of(book, row.qualification, row.kind)) for row in rows if not row.is_whole]
    return rendered("outstanding", rows=left, whole=len(rows) - len(left), due=due)


def _due(book: Book, row: str, kind: str) -> str:
    at = book.series.deadline(row, kind)
    return words.minute(at, book.series.zone) if at else "no fixed date"
