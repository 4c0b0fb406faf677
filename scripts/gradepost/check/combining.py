"""One report of several."""

from collections.abc import Iterable

from gradepost.book import Book
from gradepost.model.findings import Report


def combined(reports: Iterable[Report], book: Book) -> Report:
    """One report of several, in their order."""
    found = list(reports)
    return Report(
        book.digest,
        sum(report.judged for report in found),
        tuple(finding for report in found for finding in report.findings),
        tuple(reason for report in found for reason in report.not_judged),
        tuple(rule for report in found for rule in report.crashed),
    )
