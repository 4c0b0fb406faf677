"""The report file on a pull request: what the bench shows of a dossier, as one page that needs nothing beside it."""

from collections.abc import Sequence

from gradepost.book import Book
from gradepost.document.filing import Dossier
from gradepost.model.findings import NotJudged
from gradepost.page.dossier_facts import Known, facts_of
from gradepost.page.rendering import rendered


def report_file(
    book: Book,
    dossier: Dossier,
    known: Known,
    *,
    commits: tuple[str, str],
    unread: Sequence[str] = (),
    unanswered: Sequence[NotJudged] = (),
) -> str:
    """The whole file, HTML. `commits` are main's and the one that was judged; `unread` are the paths of documents that
    cannot be shown, `unanswered` the rules that gave no answer."""
    facts = facts_of(book, dossier, known)
    return str(rendered("report", **facts, commits=commits, book=book.digest, unread=unread, unanswered=unanswered))
