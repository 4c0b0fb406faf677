"""Judge what a pull request changes: every dossier it touches as it stands at the head, and the change as such."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from gradepost.book import Book
from gradepost.check import check, combined
from gradepost.document.filing import Dossier, dossier_of_branch, dossier_of_path, shown
from gradepost.document.strict import MAX_BYTES
from gradepost.ledger import LedgerReader, Source
from gradepost.model.case import Case, Change, Stage
from gradepost.model.findings import Report


def review(source: Source, changed: Mapping[str, str], branch: str | None, book: Book, at: datetime) -> Report:
    """The report on a pull request. `changed` names each path it changes: `file`, `link`, `gone` or `malformed`.

    It repeats no path that is not spelt like the ledger's own: names are submitted text as well.
    """
    reader = LedgerReader(source, book)
    cases = reader.cases(_touched(changed), Stage.REVIEW, at)
    change = reader.change_case(Change(branch, _weighed(changed, source)), at)
    report = combined([check(case, book) for case in (*cases, change)], book)
    return replace(
        report,
        findings=tuple(replace(f, path=shown(f.path)) for f in report.findings),
        not_judged=tuple(replace(n, path=shown(n.path)) for n in report.not_judged),
    )


def _touched(changed: Iterable[str]) -> set[Dossier]:
    """The dossiers to be judged. Folders spelt like no dossier's, or nested without end, are R004's alone to tell."""
    if any(path.startswith("submissions/") and path.count("/") > _DEEPEST for path in changed):
        return set()
    found = {dossier_of_path(path) for path in changed}
    return {d for d in found if d and dossier_of_branch(d.branch) == d}


# A receipt's path has seven; a forge lists no folder that is nested without end.
_DEEPEST = 16


def _weighed(changed: Mapping[str, str], source: Source) -> dict[str, str]:
    """The same, with submitted files that are larger than any document as `large`, and unreadable ones as `link`."""
    return {path: _weight(path, source) if kind == "file" else kind for path, kind in changed.items()}


def _weight(path: str, source: Source) -> str:
    if dossier_of_path(path) is None:
        return "file"
    raw = source.read(path)
    if raw is None:
        return "link"
    return "large" if len(raw) > MAX_BYTES else "file"


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
