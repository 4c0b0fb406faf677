"""The parts behind a gateway whose ledger is on GitHub, wired together: what files, judges, merges and shows."""

from gradepost.book import Book
from gradepost.doors.clock import Now
from gradepost.doors.own_judge import OwnJudge
from gradepost.forge.governor import Governor
from gradepost.inbox.sqlite import SqliteInbox
from gradepost.publish.attended import SeenForge
from gradepost.publish.attending import Attendant, Place, Words
from gradepost.publish.attending_workers import AttendingMerger, AttendingPublisher
from gradepost.publish.rejecting import Rejecter
from gradepost.publish.reviewers import Reviewers
from gradepost.receipt import SigningKey
from gradepost.rules import RULES


def workers_of(
    place: Place,
    inbox: SqliteInbox,
    reviewers: Reviewers,
    book: Book,
    now: Now,
    governor: Governor | None,
    key: SigningKey,
) -> tuple[SeenForge, AttendingPublisher, AttendingMerger]:
    """The forge as pages see it, the publisher and the merge worker."""
    words = Words({rule.id: rule.title for rule in RULES}, f"{book.site_url.rstrip('/')}/")
    attendant = Attendant(inbox, place, reviewers, words, now)
    judge, series = OwnJudge(place.forge, book, now), book.series
    publisher = AttendingPublisher(inbox, place.forge, judge, now, governor, attendant)
    rejecter = Rejecter(attendant.workers, inbox, key, now)
    merger = AttendingMerger(
        judge, now, series.needs_approval, attendant, rejecter=rejecter, reviewers=series.reviewers
    )
    return attendant.seen, publisher, merger
