"""From a case to a report: every rule of the book, each document, all findings at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gradepost.book import Book
from gradepost.document.place import Places
from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document
from gradepost.model.findings import Finding, NotJudged, Problem, Report, Severity
from gradepost.rules.base import NO_LEDGER, Rule


def check(case: Case, book: Book) -> Report:
    """Judge one case by one book. Pure: the same case and book give the same report, everywhere.

    Each rule that is due ends as passed, with findings, as not judged (with its reason), or as crashed.
    """
    judged = _Judged(case)
    for document in case.documents:
        judged.ask_all(_due(document, case, book), document)
    for rule, severity in book.rules_beyond_documents:
        for document in _subjects(rule, case):
            judged.ask_all(((rule, severity),), document)
    findings = _with_places(judged.problems, case, book) if judged.problems else ()
    not_judged = tuple(sorted(judged.not_judged, key=lambda n: n.rule)) if judged.not_judged else ()
    return Report(book.digest, len(case.documents), findings, not_judged, tuple(judged.crashed))


@dataclass(slots=True)
class _Judged:
    """What has come of the rules so far."""

    case: Case
    problems: list[tuple[Rule, Severity, Document, Problem]] = field(default_factory=list)
    not_judged: list[NotJudged] = field(default_factory=list)
    crashed: list[NotJudged] = field(default_factory=list)

    def ask_all(self, rules: Sequence[tuple[Rule, Severity]], document: Document) -> None:
        """Ask some rules about one document."""
        case, stage = self.case, self.case.stage
        loose = stage is Stage.LOOSE
        for rule, severity in rules:
            if loose and rule.needs_ledger:
                self.not_judged.append(NotJudged(rule.id, document.path, NO_LEDGER))
            elif stage in rule.stages:
                try:
                    if rule.need and (reason := rule.need(case, document)):
                        self.not_judged.append(NotJudged(rule.id, document.path, reason))
                        continue
                    for problem in rule.judge(case, document):
                        self.problems.append((rule, severity, document, problem))
                except Exception as bug:  # one rule's bug hides no other's findings, and blocks
                    self.crashed.append(NotJudged(rule.id, document.path, f"the rule crashed ({type(bug).__name__})"))


def _due(document: Document, case: Case, book: Book) -> Sequence[tuple[Rule, Severity]]:
    """The rules to ask about a document as such."""
    rules = book.rules_for(document.form)
    if document.refusal is not None:
        return [(rule, severity) for rule, severity in rules if rule.reads_refused]
    if case.arrived is not None and document is not case.arrived:
        return [(rule, severity) for rule, severity in rules if rule.looks_around]
    return rules


def _subjects(rule: Rule, case: Case) -> Sequence[Document]:
    """What a rule is asked about that is not about each document: a dossier by its first such document, a change."""
    if rule.per == "change":
        if case.stage is Stage.REVIEW:
            return [_NOTHING] if case.change else []
        return case.documents[:1]
    looked_at = [
        document
        for document in case.documents
        if rule.looks_at(document.form) and (document.refusal is None or rule.reads_refused)
    ]
    return looked_at[:1] if rule.forms else [*looked_at, *case.documents, _NOTHING][:1]


_NOTHING = Document("", b"", None, {})


def _with_places(
    problems: Sequence[tuple[Rule, Severity, Document, Problem]], case: Case, book: Book
) -> tuple[Finding, ...]:
    places = dict(_places(case, {problem.path or document.path for _, _, document, problem in problems}))
    found = []
    for rule, severity, document, problem in problems:
        path = problem.path or document.path
        place = places[path].of(problem.pointer) if path in places else None
        found.append(
            Finding(
                rule=rule.id,
                severity=severity,
                path=path,
                pointer=problem.pointer,
                line=place.line if place else None,
                message=problem.message,
                fix=problem.fix or rule.fix,
                help=book.help(rule.id),
                submitted_name=problem.submitted_name,
                column=place.column if place else None,
            )
        )
    return tuple(sorted(found, key=lambda f: (f.path, f.line or 0, f.column or 0, f.rule)))


def _places(case: Case, paths: set[str]) -> Iterator[tuple[str, Places]]:
    for document in case.documents:
        if document.path in paths and document.refusal is None:
            yield document.path, Places(document.raw, len(document.learners))
    for receipt in case.receipts or ():
        if receipt.path in paths and receipt.data is not None:
            yield receipt.path, Places(receipt.raw)
