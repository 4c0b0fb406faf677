"""What each rule costs on a clean dossier of a whole ledger."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from inventing.writing import write
from season import Season, files

from gradepost.book import Book
from gradepost.ledger import LedgerReader
from gradepost.ledger.sources import DirectorySource
from gradepost.model.case import Case, Stage
from gradepost.model.documents import Document

_TIMES, _ROUNDS = 50, 5


def costs(folder: Path, book: Book, case_at: object) -> list[tuple[str, str, float]]:
    """Rule, what it looked at, and microseconds, for a dossier of TAGs, schedule and declaration of 100 learners."""
    case = clean_case(folder, book, case_at)
    found = []
    for rule, _ in book.rules:
        if rule.per == "book" or not (looked_at := [d for d in case.documents if rule.looks_at(d.form)]):
            continue
        document = next((d for d in looked_at if d.form == "tags"), looked_at[0])
        if (rule.need and rule.need(case, document)) or case.stage not in rule.stages:
            continue
        what = f"{document.form}" if rule.per == "document" else rule.per
        found.append((rule.id, what, microseconds(_asking(rule.judge, case, document))))
    return found


def clean_case(folder: Path, book: Book, at: object) -> Case:
    """The case of one centre's first dossier, all of it as it stands in a ledger."""
    write(folder, files(Season.whole(1), book))
    reader = LedgerReader(DirectorySource(folder), book)
    return reader.cases(reader.dossiers(), Stage.LEDGER, at)[0]


def microseconds(act: Callable[[], object]) -> float:
    """The median over rounds of what one act takes."""
    rounds = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        for _ in range(_TIMES):
            act()
        rounds.append((time.perf_counter() - start) / _TIMES)
    return median(rounds) * 1e6


def _asking(judge: Callable[..., object], case: Case, document: Document) -> Callable[[], object]:
    return lambda: list(judge(case, document) or ())
