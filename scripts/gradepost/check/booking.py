"""The rules that ask about the book itself: their findings stand in the series file."""

from gradepost.book import Book
from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document
from gradepost.model.findings import Finding, Problem, Report, Severity
from gradepost.rules.base import Rule

_NO_DOCUMENT = Document("", b"", None, {})


def check_book(book: Book) -> Report:
    """Judge a book by the rules that are asked about it: one series file, its findings in the order of its lines."""
    # Such a rule looks at the series alone; the case needs an instant, and the opening is one that the series has.
    case = Case((), book.series, book.series.opens_at, Stage.LOOSE)
    findings = [
        _finding(book, rule, severity, problem)
        for rule, severity in book.rules
        if rule.per == "book"
        for problem in rule.judge(case, _NO_DOCUMENT)
    ]
    return Report(book.digest, 1, tuple(sorted(findings, key=lambda finding: finding.line or 0)))


def _finding(book: Book, rule: Rule, severity: Severity, problem: Problem) -> Finding:
    return Finding(
        rule=rule.id,
        severity=severity,
        path=f"forms/{book.series.id}/series.yaml",
        pointer=problem.pointer,
        line=_line(book, problem.pointer),
        message=problem.message,
        fix=problem.fix or rule.fix,
        help=book.help(rule.id),
    )


def _line(book: Book, pointer: str) -> int:
    while pointer and pointer not in book.lines:
        pointer = pointer.rpartition("/")[0]
    return book.lines.get(pointer, 1)
