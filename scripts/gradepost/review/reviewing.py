"""Judge what a pull request changes: every dossier it touches as it stands at the head, and the change as such."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from gradepost.book import Book
from gradepost.check import check, combined
from gradepost.document.filing import dossier_of_branch, dossier_of_path
from gradepost.ledger import LedgerReader, Source
from gradepost.model.records import Case, Change, Report, Stage


def review(head: Source, changed: Mapping[str, str], branch: str | None, book: Book, at: datetime) -> Report:
    """The report on a pull request. `changed` names each path it changes: `file`, `link` or `gone`."""
    reader = LedgerReader(head, book)
    touched = {dossier_of_path(path) for path in changed} - {None}
    cases = reader.cases((d for d in touched if d), Stage.REVIEW, at)
    change = reader.change_case(Change(branch, changed), at)
    return combined([check(case, book) for case in (*cases, change)], book)


def judge_all(source: Source, book: Book, stage: Stage, at: datetime) -> Report:
    """The report on everything that a source holds: a ledger, or (loose) documents in a ledger's folders alone."""
    reader = LedgerReader(source, book)
    loose = stage is Stage.LOOSE
    cases = reader.loose_cases(at) if loose else reader.cases(reader.dossiers(), stage, at)
    strays = [
        Case((reader.document(path),), book.series, at, stage, receipts=None if loose else ())
        for path in reader.stray_paths()
    ]
    return combined([check(case, book) for case in (*cases, *strays)], book)


def branch_of(named: Iterable[str | None], changed: Mapping[str, str]) -> str | None:
    """The dossier branch that a pull request comes from: the first of the names that is one, else, where no name
    is known at all, the one branch that every changed path would be allowed on."""
    names = [name for name in named if name]
    for name in names:
        short = name.removeprefix("refs/heads/").removeprefix("origin/")
        if dossier_of_branch(short):
            return short
    dossiers = {dossier_of_path(path) for path in changed}
    only = dossiers.pop() if len(dossiers) == 1 else None
    return None if names or only is None else only.branch
