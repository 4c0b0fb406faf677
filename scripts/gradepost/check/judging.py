"""From a case to a report: every rule of the book, each document, all findings at once."""

from collections.abc import Iterator, Sequence

from gradepost.book import Book
from gradepost.document.place import lines_of
from gradepost.model.records import Case, Document, Finding, NotJudged, Problem, Report, Severity, Stage
from gradepost.rules.base import NO_LEDGER, Rule


def check(case: Case, book: Book) -> Report:
    """Judge one case by one book. Pure: the same case and book give the same report, everywhere."""
    problems: list[tuple[Rule, Severity, Document, Problem]] = []
    not_judged: list[NotJudged] = []
    for rule, severity in book.rules:
        for document in _subjects(rule, case):
            if reason := _why_not(rule, case, document):
                not_judged.append(NotJudged(rule.id, document.path, reason))
            elif case.stage in rule.stages:
                problems += ((rule, severity, document, problem) for problem in rule.judge(case, document))
    findings = _with_places(problems, case, book)
    return Report(book.digest, len(case.documents), findings, tuple(not_judged))


def _subjects(rule: Rule, case: Case) -> Sequence[Document]:
    if rule.per == "change":
        if case.stage is Stage.REVIEW:
            return [_NOTHING] if case.change else []
        return case.documents[:1]
    looked_at = [
        document
        for document in case.documents
        if rule.looks_at(document) and (document.refusal is None or rule.reads_refused)
    ]
    if rule.per == "document":
        settled = case.arrived is not None and not rule.looks_around
        return [document for document in looked_at if document is case.arrived] if settled else looked_at
    return looked_at[:1] if rule.forms else [*looked_at, *case.documents, _NOTHING][:1]


_NOTHING = Document("", b"", None, {})


def _why_not(rule: Rule, case: Case, document: Document) -> str | None:
    if case.stage is Stage.LOOSE and rule.needs_ledger:
        return NO_LEDGER
    return rule.need(case, document) if rule.need and case.stage in rule.stages else None


def _with_places(
    problems: Sequence[tuple[Rule, Severity, Document, Problem]], case: Case, book: Book
) -> tuple[Finding, ...]:
    lines: dict[str, dict[str, int]] = {}
    sources = {document.path: document.raw for document in case.documents if document.refusal is None}
    sources |= {receipt.path: receipt.raw for receipt in case.receipts or () if receipt.data is not None}

    def line(path: str, pointer: str) -> int | None:
        if path not in sources:
            return None
        known = lines.get(path)
        if known is None:
            known = lines[path] = lines_of(sources[path])
        return next((known[place] for place in _outward(pointer) if place in known), 1)

    found = []
    for rule, severity, document, problem in problems:
        path = problem.path or document.path
        found.append(
            Finding(
                rule=rule.id,
                severity=severity,
                path=path,
                pointer=problem.pointer,
                line=line(path, problem.pointer),
                message=problem.message,
                fix=problem.fix or rule.fix,
                help=book.help(rule.id),
                submitted_name=problem.submitted_name,
            )
        )
    return tuple(sorted(found, key=lambda f: (f.path, f.line or 0)))


def _outward(pointer: str) -> Iterator[str]:
    yield pointer
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer
